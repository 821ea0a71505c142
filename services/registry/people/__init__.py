"""Persons, where they live and with whom; who was told more of them than a mask, and why."""
