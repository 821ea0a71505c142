"""Videos: what is taken of them, and what is shown: the streams alone, without anything said beside them.

ffprobe and ffmpeg read them, as files and nothing else, with the one reader that the signature names.
"""

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from threading import BoundedSemaphore
from typing import NamedTuple

import msgspec

from chassis.refusal import Unavailable
from gateway.media.confined import ProgramFailedError, run
from gateway.media.inspection import LARGEST_BYTES, Nature
from gateway.refusals import MediaTypeRefused, ResolutionTooHigh, VideoTooLong, VideoUnavailable
from gateway.settings import MIB

LONGEST = timedelta(seconds=120)
# A camera that is told to stop at two minutes ends a frame later.
_OVERSHOOT = timedelta(seconds=1)
LONGEST_SIDE_PX = 1920
POSTER_SIDE_PX = 640
MOST_STREAMS = 2
_WAIT_S, _PROBE_S, _COPY_S, _POSTER_S = 30, 20, 60, 30
_PROBE_BYTES, _POSTER_BYTES = MIB, 4 * MIB
# A copy has another container's frame around the same streams.
_COPY_BYTES = LARGEST_BYTES + 20 * MIB
# A file is cut short where much less can be read than it says that it has.
_CUT_SHORT, _CUT_SHORT_S = 0.9, 0.5
_QUARTER_TURNS = (90, 270)

_READERS = {"video/mp4": "mov", "video/webm": "matroska"}
_VIDEO_CODECS = frozenset({"h264", "hevc", "h263", "mpeg4", "vp8", "vp9", "av1"})
_SOUND_CODECS = frozenset({"aac", "amr_nb", "amr_wb", "opus", "vorbis"})
# Subtitles are looked at in passing and left out: some cameras write where they are into them.
_PASSED_OVER = frozenset({"mov_text", "webvtt", "subrip"})
_EVERY_CODEC = _VIDEO_CODECS | _SOUND_CODECS | _PASSED_OVER
_ASKED = (
    "format=duration:format_tags=location,com.apple.quicktime.location.ISO6709,creation_time"
    ":stream=codec_type,codec_name,width,height:stream_disposition=attached_pic:stream_side_data=rotation"
)


class _Form(NamedTuple):
    """A form in which videos are shown, and the codecs that it holds."""

    muxer: str
    mime: str
    codecs: frozenset[str]


_FORMS = {
    "mov": (
        _Form("mp4", "video/mp4", frozenset({"h264", "hevc", "aac"})),
        _Form("3gp", "video/3gpp", frozenset({"h264", "h263", "mpeg4", "aac", "amr_nb", "amr_wb"})),
    ),
    "matroska": (_Form("webm", "video/webm", frozenset({"vp8", "vp9", "av1", "opus", "vorbis"})),),
}


class _Rotation(msgspec.Struct, frozen=True):
    rotation: float = 0


class _Stream(msgspec.Struct, frozen=True):
    """A stream as ffprobe tells it; sizes in pixels, as it is stored."""

    codec_type: str = ""
    codec_name: str = ""
    width: int = 0
    height: int = 0
    disposition: dict[str, int] = {}
    side_data_list: tuple[_Rotation, ...] = ()

    def is_picture(self) -> bool:
        """Return whether it is moving: a cover picture is none."""
        return self.codec_type == "video" and not self.disposition.get("attached_pic")

    def is_turned(self) -> bool:
        return any(abs(int(each.rotation)) in _QUARTER_TURNS for each in self.side_data_list)


class _Container(msgspec.Struct, frozen=True):
    duration: str | None = None
    tags: dict[str, str] = {}


class _Probe(msgspec.Struct, frozen=True):
    streams: tuple[_Stream, ...] = ()
    format: _Container = _Container()

    @property
    def media(self) -> tuple[_Stream, ...]:
        """What is seen or heard; timecodes and the like are left out of what is shown anyway."""
        return tuple(each for each in self.streams if each.is_picture() or each.codec_type == "audio")

    @property
    def duration(self) -> timedelta | None:
        """How long it says that it is; a recording of a browser may not say."""
        return None if self.format.duration is None else timedelta(seconds=float(self.format.duration))


class Film(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a video; sizes in pixels, as seen. `tags` are what the original said beside it."""

    video: Path
    poster: Path
    mime: str
    width: int
    height: int
    duration: timedelta
    tags: dict[str, str]


class Videos:
    """Makes what is shown of a video. One at a time in a process; others wait a little."""

    def __init__(self) -> None:
        self._making = BoundedSemaphore(1)

    def make(self, original: Path, nature: Nature, *, folder: Path) -> Film:
        """Make the video and the poster that are shown, in a folder.

        Raises: VideoUnavailable without ffmpeg, Unavailable when many wait, MediaTypeRefused,
        VideoTooLong, ResolutionTooHigh.
        """
        if not all(map(shutil.which, ("ffmpeg", "ffprobe"))):
            raise VideoUnavailable
        if not self._making.acquire(timeout=_WAIT_S):
            raise Unavailable("other videos are being worked on")
        try:
            return _make(original, _READERS[nature.mime], folder)
        except (ProgramFailedError, msgspec.MsgspecError, ValueError, OverflowError) as error:
            raise MediaTypeRefused("the video cannot be read") from error
        finally:
            self._making.release()


def _make(original: Path, reader: str, folder: Path) -> Film:
    told = _probe(original, reader, folder)
    picture = _checked(told)
    form = _form_for(told.media, reader)
    video, poster = folder / f"shown.{form.muxer}", folder / "poster.jpg"
    _copy(original, reader, video, form)
    # Only the copy's length is measured; the original's is what it says of itself.
    length = _probe(video, reader, folder).duration or timedelta()
    _check_length(length, told.duration)
    # The first frame is often dark; where the picture ends before its sound, it is the only one.
    for at in (min(length / 2, timedelta(seconds=1)), timedelta()):
        _still(video, reader, poster, at=at)
        if poster.is_file() and poster.stat().st_size:
            break
    else:
        raise MediaTypeRefused("the video has no picture")
    width, height = picture.width, picture.height
    if picture.is_turned():
        width, height = height, width
    return Film(
        video=video,
        poster=poster,
        mime=form.mime,
        width=width,
        height=height,
        duration=length,
        tags=told.format.tags,
    )


def _checked(told: _Probe) -> _Stream:
    """Return the picture's stream. Raises: MediaTypeRefused, VideoTooLong, ResolutionTooHigh."""
    picture = next((each for each in told.media if each.is_picture()), None)
    if picture is None:
        raise MediaTypeRefused("the video has no picture")
    if len(told.media) > MOST_STREAMS:
        raise MediaTypeRefused("the video has more than one picture and one sound")
    if max(picture.width, picture.height) > LONGEST_SIDE_PX:
        raise ResolutionTooHigh(limit_pixels=LONGEST_SIDE_PX, width=picture.width, height=picture.height)
    if told.duration is not None and told.duration > LONGEST + _OVERSHOOT:
        raise VideoTooLong(limit_seconds=LONGEST.seconds)
    return picture


def _form_for(media: Sequence[_Stream], reader: str) -> _Form:
    codecs = {each.codec_name for each in media}
    form = next((each for each in _FORMS[reader] if codecs <= each.codecs), None)
    if form is None:
        raise MediaTypeRefused("the video is coded in a way that is not taken")
    return form


def _check_length(length: timedelta, told: timedelta | None) -> None:
    if length > LONGEST + _OVERSHOOT:
        raise VideoTooLong(limit_seconds=LONGEST.seconds)
    cut_short = told is not None and length < told * _CUT_SHORT - timedelta(seconds=_CUT_SHORT_S)
    if not length or cut_short:
        raise MediaTypeRefused("the video is cut short")


def _reading(file: Path, reader: str, *, codecs: frozenset[str]) -> list[str]:
    """Return how both programs are told to read a file: with this reader, these decoders, no network."""
    return [
        *("-protocol_whitelist", "file,pipe", "-codec_whitelist", ",".join(sorted(codecs))),
        *("-f", reader, "-i", f"file:{file}"),
    ]


def _probe(file: Path, reader: str, folder: Path) -> _Probe:
    reading = _reading(file, reader, codecs=_EVERY_CODEC)
    said = run(
        ["ffprobe", "-v", "error", "-of", "json", "-show_entries", _ASKED, *reading],
        folder=folder,
        within_s=_PROBE_S,
        most_written_bytes=_PROBE_BYTES,
    )
    return msgspec.json.decode(said, type=_Probe)


def _copy(original: Path, reader: str, video: Path, form: _Form) -> None:
    """Copy picture and sound, as they are, into a fresh file that says nothing else."""
    run(
        [
            *("ffmpeg", "-nostdin", "-v", "error", "-xerror"),
            *_reading(original, reader, codecs=_EVERY_CODEC),
            *("-map", "0:V:0", "-map", "0:a:0?", "-c", "copy"),
            *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"),
            *("-movflags", "+faststart", "-f", form.muxer, str(video)),
        ],
        folder=video.parent,
        within_s=_COPY_S,
        most_written_bytes=_COPY_BYTES,
    )


def _still(video: Path, reader: str, poster: Path, *, at: timedelta) -> None:
    """Paint one frame, the right way up."""
    side = POSTER_SIDE_PX
    fitted = f"scale='min({side},iw)':'min({side},ih)':force_original_aspect_ratio=decrease"
    run(
        [
            *("ffmpeg", "-nostdin", "-y", "-v", "error", "-threads", "1", "-filter_threads", "1"),
            # A stream may grow after its beginning.
            *("-max_pixels", str(2 * LONGEST_SIDE_PX**2), "-ss", f"{at.total_seconds():.3f}"),
            *_reading(video, reader, codecs=_VIDEO_CODECS),
            *("-map", "0:V:0", "-frames:v", "1", "-vf", fitted),
            *("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"),
            *("-f", "mjpeg", str(poster)),
        ],
        folder=video.parent,
        within_s=_POSTER_S,
        most_written_bytes=_POSTER_BYTES,
    )
