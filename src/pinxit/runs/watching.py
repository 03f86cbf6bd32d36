"""What a run shows to whoever looks on: where it stands, its lines since the last look, its previews. Changes nothing."""

from pathlib import Path
from typing import Any

from pinxit.errors import PinxitError
from pinxit.runs.claim import is_claimed
from pinxit.runs.progress import parse
from pinxit.runs.run_folder import RunFolder

MOST_BYTES = 4_000_000
"""Of progress lines read at one look; what follows is read at the next."""
TAIL = 16_384


def find_runs(folder: Path) -> list[RunFolder]:
    """The runs directly in a folder, newest first."""
    if not folder.is_dir():
        return []
    runs = [RunFolder(path) for path in folder.iterdir() if not path.name.startswith(".") and not path.is_symlink()]
    found = [(run.settings_file.stat().st_mtime, run) for run in runs if run.settings_file.is_file()]
    return [run for _, run in sorted(found, key=lambda pair: pair[0], reverse=True)]


def lines_after(run: RunFolder, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Whole progress lines behind byte `offset`, and the offset behind them."""
    try:
        with run.progress_file.open("rb") as stream:
            stream.seek(offset)
            content = stream.read(MOST_BYTES)
    except OSError:
        return [], 0
    whole = content[: content.rfind(b"\n") + 1]
    return list(parse(whole.splitlines())), offset + len(whole)


def last_report(run: RunFolder) -> dict[str, Any]:
    """The newest regular progress line; empty when there is none."""
    try:
        with run.progress_file.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, 2) - TAIL))
            lines = list(parse(stream.read().splitlines()))
    except OSError:
        return {}
    return next((line for line in reversed(lines) if "event" not in line and "seen" in line), {})


def previews_of(run: RunFolder) -> list[int]:
    """At which moments (pictures seen) there is a preview, oldest first."""
    if not run.previews.is_dir():
        return []
    return sorted(int(path.stem) for path in run.previews.glob("*.png") if path.stem.isdecimal())


def standing_of(run: RunFolder) -> dict[str, Any]:
    """Where a run stands, for lists: family, size, seen of how many, speed, seconds left, whether it trains just now."""
    try:
        stored = run.read_json(run.settings_file)
    except PinxitError:
        stored = {}
    settings = stored.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    data = stored.get("data")
    line, moments = last_report(run), previews_of(run)
    minutes, of = settings.get("minutes"), settings.get("seen")
    if isinstance(minutes, (int, float)):
        reached = line.get("seconds", 0) >= 0.99 * 60 * minutes
    else:
        reached = isinstance(of, int) and line.get("seen", 0) >= of
    return {
        "name": run.path.name,
        "family": str(stored.get("family", "")),
        "pictures": str(data.get("name", "")) if isinstance(data, dict) else "",
        "size": str(settings.get("size", "")),
        "seen": line.get("seen", 0),
        "of": of,
        "minutes": minutes,
        "seconds": line.get("seconds", 0),
        "left": line.get("left"),
        "speed": line.get("speed"),
        "training": is_claimed(run),
        "ended": run.path.joinpath("sheet.png").exists() and (reached or run.report.exists()),
        "model": run.model_file.exists(),
        "preview": moments[-1] if moments else None,
        "changed": newest_change(run),
    }


def newest_change(run: RunFolder) -> float:
    """When anything that a looker-on sees was last written (seconds since 1970)."""
    newest = 0.0
    for path in (run.settings_file, run.progress_file, run.previews, run.model_file):
        try:
            newest = max(newest, path.stat().st_mtime)
        except OSError:
            continue
    return newest
