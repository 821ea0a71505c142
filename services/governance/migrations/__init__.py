"""The steps of governance's database."""
