"""Rolls 名册: who may take part in a vote, as registry has answered it, checked and frozen."""
