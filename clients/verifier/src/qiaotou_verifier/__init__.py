"""Recomputes what a Qiaotou cell publishes, from the published files alone."""

from qiaotou_verifier.check import Finding, verify

__all__ = ["Finding", "verify"]
