"""Departments' HTTP tokens: `python -m gateway.tokens issue --department CGJ`, `... revoke ...`.

A token is printed once; the database knows its hash alone. QIAOTOU_DATABASE_URL names the
gateway's database.
"""

import sys
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

import click

from chassis.data.engine import Database
from contracts.vocabulary import Role
from gateway.answers import Account
from gateway.repository import SqlSessions
from gateway.sessions import DEPARTMENT, Sessions
from gateway.settings import GatewaySettings

DAYS = 365


def account_of(department: str) -> Account:
    """Return the account that every token of a department speaks for."""
    return Account(
        account_id=str(uuid5(NAMESPACE_URL, f"urn:qiaotou:department:{department}")),
        display_name=department,
        roles=(Role.DEPARTMENT.value,),
        community=None,
        grid=None,
        department=department,
    )


def issue(repository: SqlSessions, department: str, *, days: int = DAYS) -> str:
    """Make a department's token and return it; it is not kept."""
    sessions = Sessions(repository, lifetime=timedelta(days=days))
    token, _ = sessions.open(account=account_of(department), kind=DEPARTMENT)
    return token


def revoke(repository: SqlSessions, department: str) -> int:
    """End every token of a department; return how many there were."""
    return repository.revoke_all(account_of(department).account_id, kind=DEPARTMENT)


def _repository() -> SqlSessions:
    url = GatewaySettings.from_env().database_url
    if not url:
        raise click.UsageError("QIAOTOU_DATABASE_URL is not set")
    return SqlSessions(Database(url, pool_size=1))


@click.group()
def main() -> None:
    """Departments' HTTP tokens."""


@main.command("issue")
@click.option("--department", required=True, help="The department's code, e.g. CGJ.")
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 3650))
def issue_command(department: str, days: int) -> None:
    """Print a new token. Earlier ones stay good: revoke them once the new one is in use."""
    click.echo(issue(_repository(), department, days=days))


@main.command("revoke")
@click.option("--department", required=True, help="The department's code, e.g. CGJ.")
def revoke_command(department: str) -> None:
    """End every token of a department."""
    click.echo(f"{revoke(_repository(), department)} revoked")


if __name__ == "__main__":
    sys.exit(main())
