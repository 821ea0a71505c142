"""Who is responsible for what: registry's categories and departments as dispatch mirrors them."""
