"""The rules by which a fault run is judged, each in a room of its own. Pure."""
