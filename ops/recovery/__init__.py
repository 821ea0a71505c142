"""A cell's backup at one point in time, and its return to it. docs/operations.md says how, ADR 0022 why."""
