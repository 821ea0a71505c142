"""Values that the samples share: one lamp that was reported in c01-g03 and went all the way round."""

from datetime import UTC, date, datetime
from uuid import UUID

from contracts.vocabulary import Evidence, MediaKind, Point


def an_id(number: int) -> UUID:
    """Return a fixed id of version 7 that ends in `number`."""
    return UUID(f"01893f5a-0000-7000-8000-{number:012d}")


CASE = an_id(1)
ORDER = an_id(2)
RESULT = an_id(3)
MEETING = an_id(4)
ITEM = an_id(5)
RESOLUTION = an_id(6)
RESIDENT = an_id(7)
WORKER = an_id(8)
PHOTO = an_id(9)
COMMAND = an_id(10)
MESSAGE = an_id(11)
MASTER = an_id(12)
STATEMENT = an_id(13)
EXPORT = an_id(14)
ROLL = an_id(15)
VOTE = an_id(16)
PERSON = an_id(17)
UNIT = an_id(18)
TOPIC = an_id(31)
ENTITLEMENT = UUID("5d0c1a52-3c1e-4b7a-9d55-0a1b2c3d4e5f")

NUMBER = "140303-20230710-000123"
AT = datetime(2023, 7, 10, 1, 2, 3, 456789, tzinfo=UTC)
LATER = datetime(2023, 7, 11, 9, 0, tzinfo=UTC)
DAY = date(2023, 7, 20)
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
EVIDENCE = (Evidence(media_id=PHOTO, sha256=HASH, kind=MediaKind.PHOTO),)
POINT = Point(longitude_deg=113.5833, latitude_deg=37.8575)
