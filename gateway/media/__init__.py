"""Uploaded files: what they are, what of them is shown, where they lie."""
