"""What registry says of accounts and categories, mirrored: only what a message needs."""
