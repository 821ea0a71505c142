"""A release that is not written yet: migrations in a folder of the test's own."""

import shutil
from pathlib import Path

_REVISION = '''"""A step of a later release."""

from alembic import op

from chassis.data import online

revision = "{revision}"
down_revision = {down_revision!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    {body}
'''


class Release:
    """The migrations of a package of its own, which goes on from `grown_from` where that is given.

    The folder `root` has to be on the path.
    """

    def __init__(self, root: Path, *, name: str, grown_from: Path | None = None) -> None:
        self.package = f"{name}.migrations"
        self._folder = root / name / "migrations"
        if grown_from is not None:
            shutil.copytree(grown_from, self._folder, ignore=shutil.ignore_patterns("__pycache__"))
        (self._folder / "versions").mkdir(parents=True, exist_ok=True)
        for folder in (root / name, self._folder):
            (folder / "__init__.py").touch()
        (self._folder / "env.py").write_text("from chassis.data.migrate import run\n\nrun()\n")

    def add(self, *statements: str) -> str:
        """Add a migration behind the last one; return its revision."""
        known = sorted(path.name[:4] for path in (self._folder / "versions").glob("0*.py"))
        revision = f"{len(known) + 1:04}"
        text = _REVISION.format(
            revision=revision, down_revision=known[-1] if known else None, body="\n    ".join(statements)
        )
        (self._folder / "versions" / f"{revision}_later.py").write_text(text)
        return revision
