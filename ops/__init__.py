"""What `./qiaotou` runs: bootstrap, processes, checks and parked messages of one cell."""
