"""What registry says of departments, grids and categories, mirrored: what a resolution may name."""
