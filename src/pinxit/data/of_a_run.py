"""The pictures of a run: what it is named after, where they lie, and how to get them back when it goes on."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pinxit.data.catalog import find, resolve
from pinxit.data.pack import pack
from pinxit.data.packed import Packed, open_packed
from pinxit.errors import DataError, UsageError
from pinxit.runs.run_folder import RunFolder
from pinxit.settings import TrainingSettings

SECONDS_BETWEEN_LINES = 10.0


def open_pictures_of(
    run: RunFolder, where: Mapping[str, str], settings: TrainingSettings, say: Callable[[str], None]
) -> Packed:
    """The packed pictures a run began with; packed again when the cache is gone and the pictures are still the same."""
    try:
        return open_packed(Path(where["packed"]))
    except DataError:
        say("The packed pictures of this run are gone from the cache; packing them again.")
    try:
        source = resolve(where["pictures"])
    except DataError:
        raise DataError(
            f"{run.path} cannot go on: its packed pictures are gone from the cache, and there is nothing at "
            f"{where['pictures']} to pack again. Bring the pictures back to that place. The model still paints."
        ) from None
    watched = packing_progress(say)
    packed = pack(
        source, size=settings.size, fit=settings.fit, alpha=settings.alpha, labels=settings.labels, progress=watched
    )
    if packed.fingerprint != run.read_json(run.dataset_file).get("fingerprint"):
        raise DataError(
            f"The pictures in {where['pictures']} are no longer those that {run.path} began with. "
            "Bring the old ones back to resume, or start a new run."
        )
    return packed


def open_pictures_for(
    model: Path,
    about: Mapping[str, Any],
    settings: TrainingSettings,
    against: str | Path | None,
    say: Callable[[str], None],
) -> Packed:
    """The pictures to compare a model's with: those `against`, else those of its run, else the named set it was trained on.

    `about`: what the model file says of its data. They are packed as the model's own were.
    Raises UsageError when nobody can know which they are.
    """
    run = RunFolder(model.parent)
    name = str(about.get("name", ""))
    if against is None and run.settings_file.exists():
        where = run.read_json(run.settings_file).get("data")
        if isinstance(where, Mapping) and {"pictures", "packed"} <= where.keys():
            return open_pictures_of(run, {key: str(value) for key, value in where.items()}, settings, say)
    if against is None and find(name) is None:
        raise UsageError(
            f"Which pictures should {model} be compared with? It was trained on '{name}', and its run folder is not beside "
            "it. Name them with --against FOLDER."
        )
    source = resolve(against or name)
    labels = [column for column in settings.labels if column in source.columns]
    watched = packing_progress(say)
    return pack(source, size=settings.size, fit=settings.fit, alpha=settings.alpha, labels=labels, progress=watched)


def about_pictures(name: str, packed: Packed, settings: TrainingSettings) -> dict[str, Any]:
    """What a model file says of the pictures it was trained on. Notes that a person gave win over those of a named set."""
    return {"name": name, **packed.about(), **notes_of(settings)}


def notes_of(settings: TrainingSettings) -> dict[str, str]:
    """The notes on licence and consent that were given, by name."""
    return {name: note for name in ("licence", "consent") if (note := getattr(settings, name))}


def packing_progress(say: Callable[[str], None]) -> Callable[[int, int], None]:
    """Tells of a long packing every ten seconds, and of a short one nothing."""
    last = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last > SECONDS_BETWEEN_LINES:
            say(f"Packing the pictures, once for all trainings: {done:,} of {total:,}")
            last = time.monotonic()

    return progress


def short_name(pictures: str | Path) -> str:
    """What a run is named after: the folder, the file without its suffix, or the folder of a `metadata` list."""
    path = Path(pictures)
    if not path.exists():
        return str(pictures)
    path = path.resolve()
    if path.is_dir():
        return path.name
    return path.parent.name if path.stem.lower() == "metadata" else path.stem


def absolute(pictures: str | Path) -> str:
    """Where pictures lie, so that a run can be resumed from another folder; a built-in name stays a name."""
    path = Path(pictures)
    return str(path.resolve()) if path.exists() else str(pictures)
