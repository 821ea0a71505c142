"""What a service's container has: the settings of its process, and its database."""

from typing import Any, cast

from nameko.extensions import DependencyProvider

from chassis.config import Settings
from chassis.data.clock import refuse_moved_clock
from chassis.data.engine import Database


def settings_of(container: Any) -> Settings:
    """Return the settings that the runner put in the container's configuration."""
    return cast("Settings", container.config["settings"])


class DatabaseDependency(DependencyProvider):  # type: ignore[misc]
    """The service's database, one a process."""

    def setup(self) -> None:
        """Connect; refuse to start a production cell with a moved clock."""
        settings = settings_of(self.container)
        self.database = Database(settings.database_url, source=self.container.service_name)
        with self.database.reading() as connection:
            refuse_moved_clock(connection, mode=settings.mode)
        self.container.config["observed"].watch(self.container.service_name, self.database)

    def stop(self) -> None:
        """Close every connection."""
        self.database.close()

    def get_dependency(self, worker_ctx: Any) -> Database:  # noqa: ARG002 - nameko's signature
        """Return the database."""
        return self.database
