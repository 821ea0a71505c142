"""Residents' hearings 居民听证会: everybody concerned is heard and answered; nothing is decided here."""
