"""The HTTP API: who is asking, what they may ask, and the files they send."""
