"""How a cell is deployed: broker, Prometheus, Grafana."""
