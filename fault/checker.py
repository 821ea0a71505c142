"""Judges a fault run by what its clients wrote down and by what the public API says at the end."""
