"""The rolls that governance asks for: who is counted at a place on a day."""
