"""Reading a publication: its files, their hashes, its signature. Nothing here knows of figures."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Object = dict[str, Any]

FORMAT = "qiaotou-publication/1"
LISTS = (
    "places.jsonl",
    "categories.jsonl",
    "events.jsonl",
    "figures.jsonl",
    "rankings.jsonl",
    "seals.jsonl",
    "log.jsonl",
)
HEAD = "head.json"
_MANIFEST_MARK, _HEAD_MARK = b"\x02", b"\x03"


class Unreadable(Exception):  # noqa: N818 - named for what it tells the caller
    """A file is missing, or is not what the format says."""


class Publication:
    """A published folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = self._object("manifest.json")
        if self.manifest.get("format") != FORMAT:
            raise Unreadable(f"manifest.json: this is no {FORMAT}")
        self.head = self._object(HEAD)
        self._lines = {name: list(self._read(name)) for name in LISTS}

    def lines(self, name: str) -> list[Object]:
        """Return a file's objects in the order of its lines."""
        return self._lines[name]

    def changed_files(self) -> Iterator[str]:
        """Name every file that is not the one that the manifest speaks of."""
        said = self.manifest.get("files", {})
        for name in (*LISTS, HEAD):
            content = (self.folder / name).read_bytes()
            found = {"sha256": sha256(content).hexdigest(), "lines": content.count(b"\n")}
            if said.get(name) != found:
                yield name

    def manifest_is_signed(self) -> bool:
        """Return whether the manifest's signature is that of the key that it names."""
        unsigned = {name: value for name, value in self.manifest.items() if name != "signature"}
        return _signed(unsigned, self.manifest.get("signature"), self.manifest.get("key"), _MANIFEST_MARK)

    def head_is_signed(self) -> bool:
        """Return whether the log's head is signed by the manifest's key."""
        said = {name: self.head.get(name) for name in ("district", "root", "size", "time")}
        return _signed(said, self.head.get("signature"), self.manifest.get("key"), _HEAD_MARK)

    def _object(self, name: str) -> Object:
        try:
            return dict(json.loads((self.folder / name).read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise Unreadable(f"{name}: {error}") from error

    def _read(self, name: str) -> Iterator[Object]:
        try:
            with (self.folder / name).open(encoding="utf-8") as file:
                for number, line in enumerate(file, 1):
                    found = json.loads(line)
                    if not isinstance(found, dict):
                        raise Unreadable(f"{name}, line {number}: no object")
                    yield found
        except (OSError, ValueError) as error:
            raise Unreadable(f"{name}: {error}") from error


def _signed(content: Object, signature: object, key: object, mark: bytes) -> bool:
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(key)))
        public.verify(bytes.fromhex(str(signature)), mark + rfc8785.dumps(content))
    except (ValueError, InvalidSignature, rfc8785.CanonicalizationError):
        return False
    return True
