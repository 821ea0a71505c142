"""The signed bundle of a vote 表决公示包, as governance hands it out. Its form: docs/bundle.md."""

from enum import StrEnum
from uuid import UUID

import msgspec


class Audience(StrEnum):
    """For whom a bundle is: an open vote's ballots are for its electors alone."""

    PUBLIC = "public"  # 公众
    ELECTORS = "electors"  # 本次表决的表决权人


class BundleView(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle: what the notice board shows of it (hex), and its file's size and parts.

    `digest` stands for everything that was signed, `sha256` for the bytes of the file.
    """

    vote_id: UUID
    audience: Audience
    digest: str
    ballots_root: str
    key: str
    sha256: str
    size_bytes: int
    parts: int


class BundlePart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a bundle's file, from number 0; the parts in order are the file."""

    content: bytes
