"""What a row of the policy may say of who may use a route."""

from typing import NamedTuple

from contracts.vocabulary import Role


class Access(NamedTuple):
    """Who may use a route: everybody, whoever is signed in, or certain roles."""

    signed_in: bool
    roles: frozenset[str] | None = None

    def admits(self, roles: frozenset[str]) -> bool:
        """Return whether somebody signed in with these roles may use the route."""
        return self.roles is None or not self.roles.isdisjoint(roles)


def only(*roles: Role) -> Access:
    """Return the access of whoever is signed in with one of these roles."""
    return Access(signed_in=True, roles=frozenset(str(role) for role in roles))


PUBLIC = Access(signed_in=False)
ANYBODY = Access(signed_in=True)
