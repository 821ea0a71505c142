"""What Prometheus asks of a cell, and what it warns of."""
