"""Which days are worked: the yearly notices, kept and told to the services that count by them."""
