"""One trainer to a run: a lock that the system takes back when its holder ends, however it ends."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from pinxit.errors import DataError, UsageError, pasteable
from pinxit.runs.run_folder import RunFolder

_TRIES = 3  # somebody may be asking `is_claimed` at this very moment


@contextmanager
def claimed(run: RunFolder) -> Iterator[None]:
    """Hold a run while it is changed. Raises UsageError when another process trains it, DataError if it is read-only."""
    try:
        stream = run.claim_file.open("ab")
    except OSError as error:
        raise DataError(
            f"The run folder {run.path} cannot be written ({error.strerror}). Copy it to a place you may write to."
        ) from None
    with stream:
        for left in reversed(range(_TRIES)):
            if _lock(stream):
                break
            if not left:
                raise UsageError(
                    f"{run.path} is being trained by another pinxit just now. Wait for it, or end it by: "
                    f"pinxit stop {pasteable(run.path)}"
                )
            time.sleep(0.1)
        yield


def is_claimed(run: RunFolder) -> bool:
    """Whether a process on this machine trains the run."""
    try:
        with run.claim_file.open("r+b") as stream:
            return not _lock(stream)
    except OSError:
        return False


def _lock(stream: IO[bytes]) -> bool:
    """Try to lock a file until it is closed. True also where the file system knows no locks."""
    if os.name == "nt":
        import msvcrt

        try:
            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # pyright: ignore[reportAttributeAccessIssue]
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True
