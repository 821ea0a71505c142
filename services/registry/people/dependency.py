"""The keys of persons as something that a service depends on."""

from typing import Any

from nameko.extensions import DependencyProvider

from services.registry.people.keeping import Keeping, keeping


class KeepingDependency(DependencyProvider):  # type: ignore[misc]
    """A process without keys does not start."""

    def setup(self) -> None:
        """Read the keys. Raises: NoSealingKeysError."""
        keeping()

    def get_dependency(self, worker_ctx: Any) -> Keeping:  # noqa: ARG002 - nameko's signature
        """Return what this process works with."""
        return keeping()
