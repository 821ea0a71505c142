"""Registry's own database, step by step."""
