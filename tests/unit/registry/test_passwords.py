from dataclasses import dataclass, field

import pytest
from argon2 import extract_parameters

from services.registry.accounts.passwords import Cost, Passwords

CHEAP = Cost(rounds=1, memory_kib=8, lanes=1)
RIGHT = "a password of a test"


@dataclass
class CountedHasher:
    """Counts what costs time."""

    verified: list[str] = field(default_factory=list)

    def verify(self, kept: str, _password: str) -> bool:
        self.verified.append(kept)
        return True


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords(CHEAP)


def test_the_right_password_matches_and_a_wrong_one_does_not(passwords: Passwords) -> None:
    kept = passwords.hash(RIGHT)
    assert passwords.matches(kept, RIGHT)
    assert not passwords.matches(kept, RIGHT + " ")
    assert not passwords.matches(kept, "")


def test_what_is_kept_of_a_password_is_argon2id_with_a_salt_of_its_own(passwords: Passwords) -> None:
    first, second = passwords.hash(RIGHT), passwords.hash(RIGHT)
    assert first.startswith("$argon2id$")
    assert first != second
    assert RIGHT not in first


def test_no_password_is_nobodys(passwords: Passwords) -> None:
    assert not passwords.matches(None, RIGHT)


def test_a_password_longer_than_any_is_wrong_even_where_its_beginning_is_right(passwords: Passwords) -> None:
    longest = "x" * 128
    kept = passwords.hash(longest)
    assert passwords.matches(kept, longest)
    assert not passwords.matches(kept, longest + "x")


def test_a_hash_that_cannot_be_read_matches_nothing(passwords: Passwords) -> None:
    assert not passwords.matches("$argon2id$broken", RIGHT)


@pytest.mark.parametrize(
    ("kept", "password"),
    [("a hash", RIGHT), (None, RIGHT), ("a hash", "x" * 1000), (None, "x" * 1000)],
    ids=["known", "unknown", "known and too long", "unknown and too long"],
)
def test_every_attempt_costs_one_hash_whether_or_not_there_is_an_account(
    kept: str | None, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = Passwords(CHEAP)
    counted = CountedHasher()
    monkeypatch.setattr(passwords, "_hasher", counted)
    passwords.matches(kept, password)
    assert len(counted.verified) == 1


def test_a_hash_costs_what_the_rfc_recommends_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QIAOTOU_ARGON2", raising=False)
    assert Cost.from_env() == Cost(rounds=3, memory_kib=65_536, lanes=4)
    monkeypatch.setenv("QIAOTOU_ARGON2", "1,8,1")
    parameters = extract_parameters(Passwords(Cost.from_env()).hash(RIGHT))
    assert (parameters.time_cost, parameters.memory_cost, parameters.parallelism) == (1, 8, 1)


@pytest.mark.parametrize("given", ["cheap", "1,8", "1,8,1,1", "1,8,x"])
def test_a_cost_that_cannot_be_read_is_an_error_and_never_a_default(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIAOTOU_ARGON2", given)
    with pytest.raises(ValueError, match=r"."):
        Cost.from_env()
