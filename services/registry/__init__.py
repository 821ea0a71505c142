"""Registry: the organisation, its places and categories, and who has an account."""
