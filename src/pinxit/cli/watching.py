"""What training looks like on a terminal: one moving bar, plain lines when the output is a file."""

import errno
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from pinxit.errors import visible
from pinxit.settings import duration

HIDDEN = {"seen", "seconds", "left", "speed", "data_wait"}
SECONDS_BETWEEN_LINES = 10.0
BAR = 24


def bar(share: float) -> str:
    """How much is done, 0 to 1, as `[#####-----]`."""
    filled = round(BAR * min(max(share, 0.0), 1.0))
    return f"[{'#' * filled}{'-' * (BAR - filled)}]"


@contextmanager
def at_best() -> Iterator[None]:
    """What is printed into a file on a full disk is lost; that is no reason to end what is being made."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


class TerminalWatch:
    """Prints progress. Holds no open handles, so that it travels to a training process."""

    def __init__(self, target_seen: int | None = None, target_seconds: float | None = None):
        self.target_seen, self.target_seconds = target_seen, target_seconds
        self._printed = 0.0
        self._moving = False

    def report(self, line: dict[str, Any]) -> None:
        """Show one progress line."""
        text = self.describe(line)
        if sys.stdout.isatty():
            width = Console().width - 1
            sys.stdout.write("\r" + text[:width].ljust(width))
            self._moving = True
        elif time.monotonic() - self._printed > SECONDS_BETWEEN_LINES:
            self._printed = time.monotonic()
            with at_best():
                sys.stdout.write(text + "\n")
        with at_best():
            sys.stdout.flush()

    def say(self, message: str) -> None:
        """A message of its own line."""
        if self._moving:
            sys.stdout.write("\n")
            self._moving = False
        with at_best():
            print(visible(message), flush=True)

    def describe(self, line: dict[str, Any]) -> str:
        """`[#####-----]  48k pictures  104/s  6m left  distance 0.41`."""
        if self.target_seconds:
            share = line["seconds"] / self.target_seconds
        else:
            share = line["seen"] / max(self.target_seen or 1, 1)
        losses = "  ".join(f"{name} {value:.3g}" for name, value in line.items() if name not in HIDDEN)
        seen = f"{line['seen'] / 1000:.0f}k" if line["seen"] >= 1000 else str(line["seen"])
        return f"{bar(share)}  {seen} pictures  {line['speed']:.0f}/s  {duration(line['left'])} left  {losses}"
