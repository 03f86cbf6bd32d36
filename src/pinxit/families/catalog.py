"""Finds the families: the folders beside this file, then plug-ins (entry point "pinxit.families"). Imports entries only."""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from pinxit.errors import UsageError, did_you_mean
from pinxit.families.contract import Family

DEFAULT = "projected"


@cache
def families() -> dict[str, Family]:
    """name -> Family, built-in ones first, each group in alphabetical order. No framework is imported."""
    found = {}
    for entry in sorted(Path(__file__).parent.glob("*/entry.py")):
        family = import_module(f"pinxit.families.{entry.parent.name}.entry").FAMILY
        found[family.name] = family
    for plug_in in sorted(entry_points(group="pinxit.families"), key=lambda point: point.name):
        family = plug_in.load()
        found.setdefault(family.name, family)  # a plug-in never replaces a built-in family
    return found


def find_family(name: str) -> Family:
    """The family of that name. Raises UsageError that names the nearest one."""
    known = families()
    if name not in known:
        raise UsageError(f"There is no family '{name}'.{did_you_mean(name, known)}")
    return known[name]
