"""The figures 指标: recomputed from each case's entries, step by step."""
