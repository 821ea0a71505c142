"""The services of a cell; each owns its database and imports no other."""
