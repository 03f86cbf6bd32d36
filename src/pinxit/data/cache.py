"""Where packed pictures are kept, and how a folder appears there whole or not at all."""

import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pinxit.images.writing import cannot_write, flush_folder

_STALE_SECONDS = 24 * 3600
_PARTIAL = ".partial"


def default_cache_dir() -> Path:
    """The user's cache folder for packed pictures; the environment variable PINXIT_CACHE overrides it."""
    chosen = os.environ.get("PINXIT_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "pinxit"


@contextmanager
def written_aside(final: Path, instead: str) -> Iterator[Path]:
    """A fresh folder beside `final` to write into; on leaving without an error it takes the place of `final`.

    `instead` is what to try when the place cannot be written. Killed in between, nothing but a hidden folder is left,
    which a later call removes after a day. Raises PinxitError if the disk is full or the place is read-only.
    """
    aside = final.with_name(f".{final.name}.{os.getpid()}-{secrets.token_hex(4)}{_PARTIAL}")
    try:
        aside.mkdir(parents=True)
        _remove_stale(final.parent)
        yield aside
        _swap(aside, final)
    except OSError as problem:
        raise cannot_write(final, problem, instead) from problem
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _swap(aside: Path, final: Path) -> None:
    flush_folder(aside)
    if final.exists():
        old = final.with_name(f".{final.name}.{os.getpid()}-{secrets.token_hex(4)}.old{_PARTIAL}")
        os.replace(final, old)  # readers that have it mapped keep their pages
        os.replace(aside, final)
        shutil.rmtree(old, ignore_errors=True)
    else:
        os.replace(aside, final)
    flush_folder(final.parent)


def _remove_stale(folder: Path) -> None:
    for entry in folder.glob(f".*{_PARTIAL}"):
        try:
            if time.time() - entry.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(entry, ignore_errors=True)
        except OSError:
            continue  # another process was quicker
