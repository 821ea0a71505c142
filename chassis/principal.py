"""Who is asking. Pure."""

import msgspec

SYSTEM = "system"


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with roles and a place; `scope` maps a kind of place to its code."""

    subject: str
    roles: frozenset[str] = frozenset()
    scope: dict[str, str] = {}

    def has(self, *roles: str) -> bool:
        """Return whether any of `roles` is held."""
        return not self.roles.isdisjoint(roles)


def the_system() -> Principal:
    """Return the principal of timers and of facts."""
    return Principal(subject=SYSTEM, roles=frozenset({SYSTEM}))
