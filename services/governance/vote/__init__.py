"""Votes 表决: ballots, their count, and the bundle by which anyone recounts them."""
