"""The run folder: the only thing between trainer, command line and studio. Every path in it is named here, once."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from pinxit.errors import DataError, UsageError, pasteable
from pinxit.images.writing import write_atomically


class RunFolder:
    """Paths of one run. Making the object touches nothing on disk."""

    def __init__(self, path: Path | str):
        self.path = Path(path)

    @property
    def settings_file(self) -> Path:
        return self.path / "settings.json"

    @property
    def environment_file(self) -> Path:
        return self.path / "environment.json"

    @property
    def dataset_file(self) -> Path:
        return self.path / "dataset.json"

    @property
    def progress_file(self) -> Path:
        return self.path / "progress.jsonl"

    @property
    def log_file(self) -> Path:
        return self.path / "log.txt"

    @property
    def model_file(self) -> Path:
        return self.path / "model.safetensors"

    @property
    def report(self) -> Path:
        return self.path / "report"

    @property
    def previews(self) -> Path:
        return self.path / "previews"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def stop_file(self) -> Path:
        return self.path / "stop"

    @property
    def claim_file(self) -> Path:
        return self.path / ".claim"

    def preview_file(self, seen: int) -> Path:
        return self.previews / f"{seen_name(seen)}.png"

    def check_free(self) -> None:
        """Raise UsageError when this place already holds something. Touches nothing."""
        if self.path.exists() and not self.path.is_dir():
            raise UsageError(f"{self.path} is a file; a run needs a folder of its own. Choose another --out.")
        if self.settings_file.exists():
            raise UsageError(
                f"{self.path} already holds a run. Go on with it by: pinxit resume {pasteable(self.path)}   "
                "or choose another --out."
            )
        # Empty folders may be what a full disk left of an earlier try.
        if self.path.is_dir() and not all(inside.is_dir() for inside in self.path.rglob("*")):
            raise UsageError(f"{self.path} is not empty and holds no run. Choose another --out; nothing was written.")

    def create(self) -> None:
        """Make the folders. Raises DataError if that place cannot be written, UsageError if it holds something else."""
        self.check_free()
        try:
            for folder in (self.path, self.previews, self.checkpoints):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(
                f"The run folder {self.path} cannot be made: {error.strerror}. Choose a place you may write with --out."
            ) from None

    def write_json(self, path: Path, content: Any) -> None:
        """Write whole or not at all. Names of files that are not UTF-8 (lone surrogates) become JSON escapes."""
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        write_atomically(path, text.encode("utf-8", "backslashreplace"))

    def read_json(self, path: Path) -> dict[str, Any]:
        """Raises DataError when the file is missing or damaged."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}.") from None
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            raise DataError(f"{path} is damaged (not a JSON object). Resume from a copy of the run, or train anew.")
        return content

    def log(self, message: str) -> None:
        """Append a line to log.txt. A full disk must not end training, so failing to log is not an error."""
        try:
            with self.log_file.open("a", encoding="utf-8") as log:
                log.write(message.rstrip() + "\n")
        except OSError:
            pass


def seen_name(seen: int) -> str:
    """How a moment of a run is named in files: pictures seen, so that names sort by time."""
    return f"{seen:09d}"


def open_run(path: Path | str) -> RunFolder:
    """An existing run. Raises UsageError when there is none."""
    run = RunFolder(path)
    if not run.path.exists():
        raise UsageError(f"There is no run folder {run.path}. Runs are made by: pinxit train FOLDER")
    if not run.settings_file.exists():
        raise UsageError(f"{run.path} holds no run: it has no settings.json. Runs are made by: pinxit train FOLDER")
    return run


def new_run_path(data_name: str, family: str, runs: Path | None = None) -> Path:
    """runs/2026-11-21-tulips-projected, with -2, -3 … when that one is taken."""
    kept = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in data_name).strip("-")
    base = f"{date.today().isoformat()}-{kept[:60] or 'pictures'}-{family}"
    runs = runs or Path("runs")
    path, number = runs / base, 2
    while path.exists():
        path, number = runs / f"{base}-{number}", number + 1
    return path
