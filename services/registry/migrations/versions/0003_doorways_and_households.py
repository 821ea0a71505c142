"""The tree goes down to doorways and households."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIERS = "'district', 'community', 'grid', 'building'"


def _check(name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE place DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE place ADD CONSTRAINT {name} CHECK ({condition})")


def upgrade() -> None:
    _check("place_tier", f"tier IN ({_TIERS}, 'doorway', 'household')")
    _check("place_told", "(emitted >= 1) = (tier NOT IN ('doorway', 'household'))")


def downgrade() -> None:
    _check("place_tier", f"tier IN ({_TIERS})")
    _check("place_told", "emitted >= 1")
