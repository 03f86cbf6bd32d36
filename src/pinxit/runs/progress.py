"""Progress of a run: one JSON line per report, and polite requests to stop."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pinxit.runs.run_folder import RunFolder


def append(path: Path, line: dict[str, Any]) -> None:
    """Add one report. Starts on a line of its own even after a kill in mid-line. Raises OSError when the disk is full."""
    text = json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n"
    with path.open("ab") as progress:
        if progress.tell() and not ends_with_newline(path):
            progress.write(b"\n")
        progress.write(text.encode())


def ends_with_newline(path: Path) -> bool:
    """Whether the last byte of a file that is not empty ends a line."""
    with path.open("rb") as progress:
        progress.seek(-1, 2)
        return progress.read(1) == b"\n"


def read(path: Path) -> Iterator[dict[str, Any]]:
    """All whole lines, oldest first. Torn lines are passed over; no file is no lines."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as progress:
        yield from parse(progress)


def parse(texts: Iterable[str | bytes]) -> Iterator[dict[str, Any]]:
    """JSON lines; torn ones are passed over."""
    for text in texts:
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict):
            yield line


def read_reports(path: Path) -> Iterator[dict[str, Any]]:
    """The regular lines only: losses and speed, without events (`"event"`: checkups, going back)."""
    return (line for line in read(path) if "event" not in line)


def request_stop(run: RunFolder) -> None:
    """Ask whoever trains this run to checkpoint and stop."""
    run.stop_file.write_text("please stop\n", encoding="utf-8")


def stop_requested(run: RunFolder) -> bool:
    """Whether somebody asked this run to stop."""
    return run.stop_file.exists()


def clear_stop(run: RunFolder) -> None:
    """Forget an old request."""
    run.stop_file.unlink(missing_ok=True)


class Silent:
    """A watch that says nothing."""

    def report(self, line: dict[str, Any]) -> None:
        """Ignore a progress line."""

    def say(self, message: str) -> None:
        """Ignore a message."""
