"""`./qiaotou demo`: half a year of the district, lived day by day."""
