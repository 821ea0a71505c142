"""Reading a vote's bundle: strictly, so that no two readers can understand it differently."""

import json
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from qiaotou_verifier import merkle
from qiaotou_verifier.files import Unreadable

Object = dict[str, Any]

FORMAT = "qiaotou-vote/1"
MARK = b"\x04"
_LARGEST = 2**53 - 1
# Key order by code unit and these escapes are RFC 8785's for what is taken: no fractions, ASCII names.
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value: object) -> bytes:
    """Return the RFC 8785 JSON of a value that was read by `read`."""
    return _encode(value).encode()


def hashes_of(leaves: Iterable[object]) -> list[bytes]:
    """Return the leaf hashes of the tree over these leaves."""
    return [merkle.leaf_hash(canonical(leaf)) for leaf in leaves]


class Bundle:
    """A bundle's object, and its head: what is signed, which is all of it but the two lists of leaves."""

    def __init__(self, content: Object) -> None:
        self.content = content
        roll = {name: value for name, value in content["roll"].items() if name != "leaves"}
        apart = ("ballots", "signature")
        self.head = {name: value for name, value in content.items() if name not in apart} | {"roll": roll}

    @property
    def digest(self) -> str:
        """The hash of the head: one number that stands for the whole bundle, for the notice board."""
        return merkle.leaf_hash(canonical(self.head)).hex()

    @property
    def ballots(self) -> list[Object] | None:
        """The leaves of the ballots; None where an open vote was published without them."""
        found: list[Object] | None = self.content.get("ballots")
        return found

    @cached_property
    def receipts(self) -> list[bytes]:
        """The hash of every ballot's leaf, in their order."""
        return hashes_of(self.ballots or ())

    def is_signed(self) -> bool:
        """Return whether the signature is that of the key that it names, over the head."""
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(self.content["key"])))
            public.verify(bytes.fromhex(str(self.content["signature"])), MARK + canonical(self.head))
        except (KeyError, ValueError, InvalidSignature):
            return False
        return True


def read(path: Path) -> Bundle:
    """Read a bundle. Raises: Unreadable."""
    content = read_object(path)
    if content.get("format") != FORMAT:
        raise Unreadable(f"{path.name}: this is no {FORMAT}")
    roll = content.get("roll")
    if not isinstance(roll, dict) or not isinstance(roll.get("leaves"), list):
        raise Unreadable(f"{path.name}: no roll")
    if not isinstance(content.get("ballots", []), list):
        raise Unreadable(f"{path.name}: its ballots are no list")
    return Bundle(content)


def read_object(path: Path) -> Object:
    """Read one JSON object without fractions, names given twice or lone surrogates. Raises: Unreadable."""
    try:
        content = json.loads(
            path.read_text("utf-8"),
            object_pairs_hook=_object,
            parse_float=_refused,
            parse_constant=_refused,
            parse_int=_whole,
        )
        canonical(content)
    except (OSError, ValueError, RecursionError) as error:
        raise Unreadable(f"{path.name}: {error}") from error
    if not isinstance(content, dict):
        raise Unreadable(f"{path.name}: no object")
    return content


def _object(pairs: list[tuple[str, Any]]) -> Object:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    for name in found:
        if not name.isascii():
            raise ValueError("a name that is not ASCII")
    return found


def _whole(text: str) -> int:
    number = int(text) if len(text) <= len(str(_LARGEST)) + 1 else _LARGEST + 1
    if abs(number) > _LARGEST or text == "-0":
        raise ValueError(f"{text[:20]} is no number that every reader takes alike")
    return number


def _refused(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is no whole number")
