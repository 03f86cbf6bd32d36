"""What a person asked for -> the family and its checked settings. Imports only when called: `--help` goes through here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinxit.errors import UsageError

if TYPE_CHECKING:
    from pinxit.families.contract import Family
    from pinxit.settings import TrainingSettings


FROM_NOTHING = "none"
"""In place of a starting model: from nothing, even where a plan would rather go on from a shipped model."""


def find_family(name: str | None) -> Family:
    """The family of that name; the default family for None."""
    from pinxit.families import catalog

    return catalog.find_family(name or catalog.DEFAULT)


def family_of(name: str | None, start: str | Path | None) -> Family:
    """The family of that name; without one, that of the model to go on from; else the default family."""
    if start is None or start == FROM_NOTHING:
        return find_family(name)
    from pinxit.generation.origin import settings_of_origin

    return find_family(settings_of_origin(start, name)[0])


def resolve_settings(
    family: str | None,
    preset: str | None = None,
    settings_file: Path | None = None,
    values: Mapping[str, Any] | None = None,
    start: str | Path | None = None,
) -> tuple[Family, TrainingSettings]:
    """Defaults, preset, the model of `start`, file, single values -> checked settings of a family.

    Without a name, the family is that of `start`, or else the default one.
    """
    from pinxit.settings import resolve

    given, of_start = given_values(settings_file, values), start_values(family, start)
    if start in (None, FROM_NOTHING) and int(given.get("freeze") or 0):
        raise UsageError("--freeze keeps layers as a starting model has them; name that model with --from.")
    found = family_of(family, start)
    settings = resolve(found.settings, of_start, given, preset=found.preset(preset), family=found.name)
    found.fits(*settings.size)
    found.needs(settings)
    if settings.batch % settings.processes:
        nearest = max(1, round(settings.batch / settings.processes)) * settings.processes
        raise UsageError(
            f"A batch of {settings.batch} cannot be shared evenly by {settings.processes} processes. Try --batch {nearest}."
        )
    return found, settings


def given_values(settings_file: Path | None, values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Every setting that a person named, in a file or singly: a plan keeps these."""
    from pinxit.settings import read_settings_file

    stored = read_settings_file(settings_file) if settings_file else {}
    return {**stored, **(values or {})}


def start_values(family: str | None, start: str | Path | None) -> dict[str, Any]:
    """What the model to go on from fixes: its size and networks. Nothing without one."""
    if start is None or start == FROM_NOTHING:
        return {}
    from pinxit.generation.origin import settings_of_origin

    return settings_of_origin(start, family)[1]


def settings_of(run_path: str | Path) -> tuple[Family, TrainingSettings]:
    """Family and settings of an existing run."""
    from pinxit.runs.run_folder import open_run
    from pinxit.settings import from_json

    run = open_run(run_path)
    stored = run.read_json(run.settings_file)
    family = find_family(str(stored.get("family")))
    return family, from_json(stored, family.settings, family.name)
