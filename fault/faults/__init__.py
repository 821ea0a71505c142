"""The faults of the matrix, each ready to be injected into a running cell."""

from fault.faults.planning import LEAST, plan

__all__ = ["LEAST", "plan"]
