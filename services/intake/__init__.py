"""The owner of the case, from report to archive: one aggregate, one table of steps."""
