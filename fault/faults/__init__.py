"""The faults of the matrix, each ready to be injected into a running cell."""
