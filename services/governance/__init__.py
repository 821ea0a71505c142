"""Governance 议事: the joint conference that decides what a department could not settle."""
