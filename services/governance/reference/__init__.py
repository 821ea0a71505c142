"""What registry says of departments, mirrored: a conference names one of them."""
