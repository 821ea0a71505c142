"""Notify: who is told what of a case, from events alone."""
