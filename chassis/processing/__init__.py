"""What is done with a batch of messages: commands once each, events once each and in order."""
