"""Where and when a photo or a video was taken, by its own word.

Restricted: what is shown says none of it, no event and no log line either.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

import msgspec
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

T = TypeVar("T")
_CHINA = timezone(timedelta(hours=8))
_YEARS = range(2000, 2100)
_EXIF_TIME = "%Y:%m:%d %H:%M:%S"
# Decimal degrees after ISO 6709, as Android and Apple write them: +37.8702+112.5503+780.000/
_ISO_6709 = re.compile(r"([+-]\d{2}(?:\.\d+)?)([+-]\d{3}(?:\.\d+)?)(?![\d.])")
_PLACE_TAGS = ("location", "com.apple.quicktime.location.ISO6709")
_TIME_TAG = "creation_time"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """Where (WGS-84 degrees) and when; both None, or both degrees."""

    longitude_deg: float | None = None
    latitude_deg: float | None = None
    taken_at: datetime | None = None


def of_photo(picture: Image.Image) -> Taken:
    """Return what a photo's EXIF says; nothing where it says it wrongly."""
    return _made(_said(lambda: _photo_place(picture)), _said(lambda: _photo_time(picture)))


def of_video(tags: Mapping[str, str]) -> Taken:
    """Return what a video's tags say."""
    said = next((tags[name] for name in _PLACE_TAGS if name in tags), "")
    found = _ISO_6709.match(said)
    place = None if found is None else _place(float(found[2]), float(found[1]))
    return _made(place, _said(lambda: _sensible(datetime.fromisoformat(tags.get(_TIME_TAG, "")))))


def _said(read: Callable[[], T]) -> T | None:
    """Return what metadata says, None where it breaks its reader: some is made to."""
    try:
        return read()
    except Exception:  # noqa: BLE001 - in whatever way
        return None


def _made(place: tuple[float, float] | None, at: datetime | None) -> Taken:
    longitude_deg, latitude_deg = place or (None, None)
    return Taken(longitude_deg=longitude_deg, latitude_deg=latitude_deg, taken_at=at)


def _photo_place(picture: Image.Image) -> tuple[float, float] | None:
    gps = picture.getexif().get_ifd(IFD.GPSInfo)
    if GPS.GPSLatitude not in gps or GPS.GPSLongitude not in gps:
        return None
    latitude = _degrees(gps[GPS.GPSLatitude], gps.get(GPS.GPSLatitudeRef), "S")
    return _place(_degrees(gps[GPS.GPSLongitude], gps.get(GPS.GPSLongitudeRef), "W"), latitude)


def _degrees(parts: Sequence[Any], side: object, negative: str) -> float:
    """Return degrees, minutes and seconds as degrees; west and south are negative."""
    degrees, minutes, seconds = (float(part) for part in parts)
    return (-1 if side == negative else 1) * (degrees + minutes / 60 + seconds / 3600)


def _place(longitude: float, latitude: float) -> tuple[float, float] | None:
    """Return a position that can be one. A receiver without a fix often writes zeros."""
    possible = math.isfinite(longitude) and abs(longitude) <= 180 and abs(latitude) <= 90  # noqa: PLR2004
    return (longitude, latitude) if possible and (longitude, latitude) != (0, 0) else None


def _photo_time(picture: Image.Image) -> datetime | None:
    """Return when it was taken. A camera that does not say its zone is taken to be in China."""
    exif, gps = (picture.getexif().get_ifd(room) for room in (IFD.Exif, IFD.GPSInfo))
    said = exif.get(Base.DateTimeOriginal)
    if said is not None and (zone := exif.get(Base.OffsetTimeOriginal)) is not None:
        return _sensible(datetime.strptime(f"{said}{zone}", f"{_EXIF_TIME}%z"))
    if GPS.GPSDateStamp in gps and GPS.GPSTimeStamp in gps:
        hours, minutes, seconds = (float(part) for part in gps[GPS.GPSTimeStamp])
        day = datetime.strptime(gps[GPS.GPSDateStamp], "%Y:%m:%d").replace(tzinfo=UTC)
        return _sensible(day + timedelta(hours=hours, minutes=minutes, seconds=seconds))
    if said is None:
        return None
    return _sensible(datetime.strptime(said, _EXIF_TIME).replace(tzinfo=_CHINA))


def _sensible(at: datetime) -> datetime | None:
    """Return a time in UTC; a camera whose clock was never set says nothing."""
    return at.astimezone(UTC) if at.tzinfo is not None and at.year in _YEARS else None
