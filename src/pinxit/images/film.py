"""Films: read frame by frame, changed, and written again with their sound, by PyAV (the extra `video`).

A film is a stranger's file. Its first bytes choose one of a few containers, and the decoder is given the open file, never its
name: a playlist that calls itself clip.mp4 is refused, and nothing that a film names is ever opened.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from pinxit.errors import PictureError
from pinxit.images.animation import find_av
from pinxit.images.reading import check_size, open_regular_file, reading
from pinxit.images.writing import cannot_write

FILM_SUFFIXES = frozenset((".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"))
MAX_FRAME = 40_000_000
COPIED = frozenset(("aac", "mp3", "ac3", "eac3", "opus", "alac", "flac"))
"""Kinds of sound that an MP4 holds as they are; others are coded anew."""


def container_of(head: bytes) -> str | None:
    """What the first bytes say a film is, by FFmpeg's name for its container; None for anything else."""
    if head[4:8] == b"ftyp":
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    return None


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A film, open for reading. Raises PictureError for a file that is none, MissingExtra without PyAV."""
    av = find_av()
    with reading(path) as (stream, _name):
        kind = container_of(stream.read(16))
        if kind is None:
            raise PictureError("no MP4, MOV, Matroska, WebM or AVI film")
    # Outside of `reading`, to which everything that fails in it is a damaged file.
    with open_regular_file(path) as stream, av.open(stream, "r", format=kind, metadata_errors="replace") as film:
        if not film.streams.video:
            raise PictureError("there are no pictures in it, only sound")
        yield film


def repaint_film(path: Path, out: Path, paint: Callable[[np.ndarray, float], np.ndarray], comment: str) -> bool:
    """Write the film at `path` anew as the MP4 `out`, whole or not at all: each frame changed by `paint`, its sound kept.

    paint    (uint8 (H, W, 3), share of the film that is over) -> uint8 (H, W, 3) of any one size with even sides
    comment  what the file carries along
    Returns whether all of it was painted: Ctrl-C ends the film where it stands. Raises PictureError for a damaged film,
    PinxitError when it cannot be written.
    """
    aside = out.with_name(f".{out.name[:40]}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        with opened(path) as film, open(aside, "xb") as stream:
            ended = rewrite(film, stream, paint, comment)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(aside, out)
    except find_av().error.FFmpegError as problem:  # some of them are OSErrors too
        raise PictureError(f"damaged or cut short ({problem.strerror})") from None
    except OSError as problem:
        raise cannot_write(out, problem) from problem
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
    return ended


def rewrite(film: Any, stream: Any, paint: Callable[[np.ndarray, float], np.ndarray], comment: str) -> bool:
    """Everything of an open film into the file `stream`; whether it came to its end."""
    av, pictures = find_av(), film.streams.video[0]
    pictures.thread_type = "AUTO"
    sound = film.streams.audio[0] if film.streams.audio else None
    wanted = [one for one in (pictures, sound) if one is not None]
    with av.open(stream, "w", format="mp4") as made:
        made.metadata["comment"] = comment
        track, waiting = None, []
        hear = SoundTrack(made, sound) if sound is not None else None
        try:
            for packet in film.demux(wanted):
                if packet.stream is sound:
                    waiting.append(packet)
                for frame in packet.decode() if packet.stream is pictures else ():
                    shown = paint(upright(frame), share_of(frame, film))
                    track = track or add_pictures(made, pictures, shown.shape)
                    painted = av.VideoFrame.from_ndarray(shown, format="rgb24")
                    painted.pts, painted.time_base = frame.pts, frame.time_base
                    made.mux(track.encode(painted))
                while (
                    waiting and hear is not None and track is not None
                ):  # all tracks are there before the first is written
                    hear.take(waiting.pop(0))
            ended = True
        except KeyboardInterrupt:
            ended = False
        if track is None:
            raise PictureError("there is no picture in it that can be decoded")
        made.mux(track.encode())
        if hear is not None:
            hear.end()
    return ended


def add_pictures(made: Any, pictures: Any, shape: tuple[int, ...]) -> Any:
    """H.264 that every browser plays, in the film's own time."""
    rate = pictures.average_rate or pictures.guessed_rate or Fraction(25)
    track = made.add_stream("libx264", rate=Fraction(rate).limit_denominator(1001))
    track.height, track.width = shape[:2]
    track.pix_fmt = "yuv420p"
    track.codec_context.time_base = pictures.time_base
    track.options = {"crf": "18", "preset": "medium"}
    return track


class SoundTrack:
    """The sound of a film into another: as it is where MP4 holds its kind, else coded anew as AAC."""

    def __init__(self, made: Any, sound: Any):
        self.made, self.copied = made, sound.codec_context.name in COPIED
        if self.copied:
            self.track = made.add_stream_from_template(sound)
            self.track.time_base = sound.time_base
        else:
            self.track = made.add_stream("aac", rate=sound.codec_context.sample_rate)

    def take(self, packet: Any) -> None:
        """One packet of the film's sound."""
        if self.copied:
            if packet.dts is not None:  # the empty packet at the end
                packet.stream = self.track
                self.made.mux(packet)
            return
        for heard in packet.decode():
            self.made.mux(self.track.encode(heard))

    def end(self) -> None:
        """What a coder still holds."""
        if not self.copied:
            self.made.mux(self.track.encode())


def upright(frame: Any) -> np.ndarray:
    """A frame as people see it: uint8 (H, W, 3), turned as the film says."""
    check_size((frame.width, frame.height), MAX_FRAME)
    return np.rot90(frame.to_ndarray(format="rgb24"), round(frame.rotation / 90) % 4).copy()


def share_of(frame: Any, film: Any) -> float:
    """How much of the film is over at a frame, 0 … 1; 0 where it does not say how long it is."""
    length = (film.duration or 0) / 1_000_000  # FFmpeg's AV_TIME_BASE
    return min(1.0, float(frame.time or 0.0) / length) if length > 0 else 0.0
