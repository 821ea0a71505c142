"""The case: its life-cycle, its decisions, where it is kept and how it is read."""
