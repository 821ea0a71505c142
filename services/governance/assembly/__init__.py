"""Assemblies 居民会议, 居民代表会议: agenda, quorum, hands that are counted, resolutions."""
