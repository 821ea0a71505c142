"""The published language: messages, topology of the bus, error codes. Imports nothing of ours."""
