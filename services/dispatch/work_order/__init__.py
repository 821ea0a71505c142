"""The work order 工单: one lead department's task for one cycle of one case."""
