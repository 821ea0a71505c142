"""How many closed loops a second, and what one costs: `./qiaotou bench`."""
