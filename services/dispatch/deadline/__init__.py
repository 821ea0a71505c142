"""Deadlines 时限: the clock of each party, the ledger of what was granted, and what falls due."""
