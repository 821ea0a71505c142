"""Places, departments and categories of the district, each with its period."""
