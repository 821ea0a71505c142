"""What this process seals persons with, and whether it may take the numbers of a demonstration."""

from functools import lru_cache
from typing import NamedTuple

from chassis.config import Settings
from chassis.sealing import Vault
from services.registry.demo import MODES


class Keeping(NamedTuple):
    """The vault; and `demo` where identity numbers that nobody bears are taken."""

    vault: Vault
    demo: bool


@lru_cache(maxsize=1)
def keeping() -> Keeping:
    """Return what this process works with. Raises: NoSealingKeysError."""
    settings = Settings.from_env()
    return Keeping(Vault.parse(settings.sealing_keys, settings.index_key), settings.mode in MODES)
