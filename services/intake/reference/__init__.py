"""What registry says of places, categories and departments, mirrored: only what a case needs."""
