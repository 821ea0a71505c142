"""Units of property with their areas, and who owns them."""
