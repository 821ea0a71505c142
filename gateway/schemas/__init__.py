"""What clients send, a module an actor's room: the shape alone."""
