"""The archive's log: every seal a leaf of one signed Merkle tree."""
