"""Dispatch 派遣: work orders, the departments that hold them, and who is responsible for what."""
