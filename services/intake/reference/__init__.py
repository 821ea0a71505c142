"""What registry says of places, categories, departments and days, mirrored: only what a case needs."""
