"""Write a file whole or not at all, and say in one paragraph why if not."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from pinxit.errors import PinxitError

ELSEWHERE = "choose another folder with --out"


def write_atomically(path: Path, content: bytes, instead: str = ELSEWHERE) -> None:
    """Write a file whole or not at all: aside in the same folder, flushed to disk, then renamed over the old one.

    Raises PinxitError if the disk is full, the folder is missing or read-only; an older file then stays as it was.
    `instead` is what its message says to try.
    """
    path = Path(path)
    aside = path.with_name(f".{path.name[:40]}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        with open(aside, "xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(aside, path)
        flush_folder(path.parent)
    except OSError as problem:
        raise cannot_write(path, problem, instead) from problem
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power cut, where the system can do so (Windows cannot)."""
    if os.name != "posix":
        return
    with suppress(OSError):  # a folder that may be written but not read, some network disks: the rename has happened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def cannot_write(path: Path, problem: OSError, instead: str = ELSEWHERE) -> PinxitError:
    """The paragraph for a failed write: full disk, read-only folder, missing folder, or what the system said.

    `instead`: what to try, for a place that no --out chose.
    """
    if problem.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC):
        return PinxitError(
            f"The disk is full: {path} could not be written. Nothing older was touched. Make room or "
            f"{instead}, and run the same command again."
        )
    if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return PinxitError(
            f"The folder {path.parent} may not be written to ({problem.strerror}), so {path.name} was "
            f"not saved. {instead[0].upper()}{instead[1:]}, or change the folder's permissions."
        )
    if problem.errno == errno.ENOENT:
        return PinxitError(f"There is no folder {path.parent}, so {path.name} was not saved. Create it, or {instead}.")
    return PinxitError(
        f"{path} could not be written: {problem.strerror or problem}. {instead[0].upper()}{instead[1:]}."
    )
