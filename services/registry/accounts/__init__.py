"""Accounts with roles and a place, and how somebody signs in."""
