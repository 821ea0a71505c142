"""What this process seals persons with, and whether it may take the numbers of a demonstration."""

from functools import lru_cache
from typing import Any, NamedTuple

from nameko.extensions import DependencyProvider

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


class KeepingDependency(DependencyProvider):  # type: ignore[misc]
    """A process without keys does not start."""

    def setup(self) -> None:
        """Read the keys. Raises: NoSealingKeysError."""
        keeping()

    def get_dependency(self, worker_ctx: Any) -> Keeping:  # noqa: ARG002 - nameko's signature
        """Return what this process works with."""
        return keeping()
