"""`./qiaotou fault`: a cell under load whose parts are killed, cut off and poisoned; what became of it."""
