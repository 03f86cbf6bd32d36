"""Processes that end with the studio that started them, however it ends: their standard input is a pipe that it holds open.

    python -m pinxit.studio.tied WORDS …

is `pinxit WORDS …` on that leash. Trainings are not tied: they go on, and the next studio finds them.
"""

import os
import runpy
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def leash() -> Iterator[int]:
    """What a child gets as its standard input; it ends with this block, or with this process."""
    ours, held = os.pipe()
    try:
        yield ours
    finally:
        os.close(ours)
        os.close(held)


def end_with_starter() -> None:
    """End this process as soon as its standard input does."""

    def wait() -> None:
        while os.read(0, 1):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    end_with_starter()
    runpy.run_module("pinxit", run_name="__main__", alter_sys=True)
