from uuid import UUID

import pytest

from chassis.sealing import NoSealingKeysError, Spot, UnsealableError, Vault, version_of

ROW, OTHER = UUID(int=1), UUID(int=2)
HERE = Spot("person", ROW, "phone")
FIRST, SECOND, INDEX = "1" * 64, "2" * 64, "a" * 64


def vault(*keys: str) -> Vault:
    named = ",".join(f"{version}:{key}" for version, key in enumerate(keys or (FIRST,), start=1))
    return Vault.parse(named, INDEX)


def test_what_is_sealed_opens_where_it_stands_and_is_never_sealed_alike_twice() -> None:
    first, second = (vault().seal("19900000001", HERE) for _ in range(2))
    assert first != second
    assert b"19900000001" not in first
    assert vault().open(first, HERE) == vault().open(second, HERE) == "19900000001"


@pytest.mark.parametrize(
    "elsewhere",
    [Spot("person", OTHER, "phone"), Spot("person", ROW, "id_number"), Spot("resident", ROW, "phone")],
)
def test_a_value_that_is_copied_to_another_place_does_not_open(elsewhere: Spot) -> None:
    with pytest.raises(UnsealableError):
        vault().open(vault().seal("19900000001", HERE), elsewhere)


@pytest.mark.parametrize("position", [0, 1, 2, 14, -1])
def test_a_value_that_was_changed_does_not_open(position: int) -> None:
    sealed = bytearray(vault().seal("19900000001", HERE))
    sealed[position] ^= 1
    with pytest.raises(UnsealableError):
        vault(FIRST, SECOND).open(bytes(sealed), HERE)


def test_a_piece_of_a_value_does_not_open() -> None:
    for length in range(20):
        with pytest.raises(UnsealableError):
            vault().open(vault().seal("1", HERE)[:length], HERE)


def test_the_newest_key_seals_and_the_older_ones_still_open() -> None:
    old, new = vault(FIRST), vault(FIRST, SECOND)
    sealed = old.seal("19900000001", HERE)
    assert new.open(sealed, HERE) == "19900000001"
    assert (version_of(sealed), version_of(new.seal("x", HERE))) == (1, 2)
    with pytest.raises(UnsealableError):
        old.open(new.seal("x", HERE), HERE)


def test_a_value_is_found_by_a_hash_of_its_column_that_needs_the_key() -> None:
    here = vault().index("19900000001", column="phone")
    assert here == vault(FIRST, SECOND).index("19900000001", column="phone")
    assert here != vault().index("19900000001", column="id_number")
    assert here != Vault.parse(f"1:{FIRST}", "b" * 64).index("19900000001", column="phone")


@pytest.mark.parametrize(
    ("keys", "index"),
    [
        ("", INDEX),
        (FIRST, INDEX),
        (f"0:{FIRST}", INDEX),
        (f"1:{FIRST[:-1]}", INDEX),
        (f"1:{FIRST},1:{SECOND}", INDEX),
        (f"70000:{FIRST}", INDEX),
        (f"1:{FIRST}", ""),
    ],
)
def test_a_process_without_fit_keys_does_not_start(keys: str, index: str) -> None:
    with pytest.raises(NoSealingKeysError):
        Vault.parse(keys, index)
