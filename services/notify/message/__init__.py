"""In-app messages 站内信: the rules, the catalogue, the messages."""
