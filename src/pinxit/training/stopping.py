"""Stopping politely: Ctrl-C once or a stop file means checkpoint and stop; Ctrl-C twice means now."""

import signal
import threading
import time
from types import FrameType
from typing import Any

from pinxit.errors import BrokenOff
from pinxit.runs import progress
from pinxit.runs.run_folder import RunFolder

SECONDS_BETWEEN_LOOKS = 0.5


class StopRequest:
    """Use as a context manager around training. `requested` is asked after every step and costs next to nothing."""

    def __init__(self, run: RunFolder):
        self.run = run
        self.reason: str | None = None
        self._looked = 0.0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "StopRequest":
        if threading.current_thread() is threading.main_thread():  # Python allows handlers nowhere else
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, _: FrameType | None) -> None:
        if self.reason is not None:
            raise BrokenOff
        self.reason = "interrupted" if number == signal.SIGINT else "terminated"

    def requested(self) -> bool:
        now = time.monotonic()
        if self.reason is None and now - self._looked > SECONDS_BETWEEN_LOOKS:
            self._looked = now
            if progress.stop_requested(self.run):
                self.reason = "asked to stop"
        return self.reason is not None
