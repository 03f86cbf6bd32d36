"""Where a studio keeps its things: one visible folder, every place in it named here once."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pinxit.errors import DataError, UsageError


class Home:
    """`runs/` holds trainings as `pinxit train` leaves them; `studio/` everything else."""

    def __init__(self, folder: Path):
        self.folder = folder.absolute()

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    @property
    def studio(self) -> Path:
        return self.folder / "studio"

    @property
    def store(self) -> Path:
        return self.studio / "studio.sqlite"

    @property
    def pictures(self) -> Path:
        return self.studio / "pictures"

    @property
    def kept(self) -> Path:
        return self.studio / "kept"

    @property
    def jobs(self) -> Path:
        return self.studio / "jobs"

    @property
    def claim_file(self) -> Path:
        return self.studio / ".open"

    def create(self) -> None:
        """Make the folders. Raises DataError."""
        try:
            for folder in (self.runs, self.pictures, self.kept, self.jobs):
                folder.mkdir(parents=True, exist_ok=True)
            self.claim_file.open("ab").close()
        except OSError as error:
            raise DataError(
                f"The studio keeps its things in {self.folder}, and may not write there ({error.strerror}). "
                "Choose another place with --home FOLDER."
            ) from None

    @contextmanager
    def opened(self, address: str) -> Iterator[None]:
        """Hold the home: one studio to a folder. Raises UsageError that names the other's address."""
        with self.claim_file.open("a+b") as stream:
            if not lock(stream.fileno()):
                stream.seek(0)
                try:
                    where = str(json.loads(stream.read().decode())["address"])
                except (ValueError, KeyError, TypeError):
                    where = "another window"
                raise UsageError(
                    f"A studio is open on {self.folder} already: {where}. Use that one, or give this one a place of its "
                    "own with --home FOLDER."
                )
            stream.truncate(0)
            stream.write(json.dumps({"address": address}).encode())
            stream.flush()
            yield


def show_in_folder(file: Path) -> bool:
    """Open the file manager of this machine where a file lies; whether there is one to open."""
    words = {"darwin": ["open", "-R", str(file)], "win32": ["explorer", f"/select,{file}"]}.get(sys.platform)
    screen = words or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    words = words or ["xdg-open", str(file.parent)]
    if not screen or shutil.which(words[0]) is None:
        return False
    subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return True


def lock(handle: int) -> bool:
    """Try to lock an open file until everybody who holds it has ended. True also where the system knows no locks."""
    if os.name == "nt":
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True
