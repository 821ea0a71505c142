"""What departments ask of residents' committees 准入清单: nothing that is not on the list."""
