"""People and departments whose loops keep a cell busy while it is being hurt."""
