"""Files of persons and of units: every row that cannot be taken is named, and then nothing is."""
