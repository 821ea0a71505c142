"""The steps of dispatch's database."""
