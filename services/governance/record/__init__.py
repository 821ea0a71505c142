"""What was done to topics, hearings and assemblies, in order: a line for every step."""
