"""Who is responsible for what: registry's categories, departments and calendar as dispatch mirrors them."""
