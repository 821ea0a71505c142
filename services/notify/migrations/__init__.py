"""Notify's own database, step by step."""
