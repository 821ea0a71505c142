"""Intake's own database, step by step."""
