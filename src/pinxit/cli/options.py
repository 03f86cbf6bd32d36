"""Settings become flags: every flag of `pinxit train` is read off the family's declaration, nothing is repeated here."""

import argparse
from collections.abc import Callable
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pinxit import settings
from pinxit.errors import UsageError, did_you_mean
from pinxit.settings import read_text_value

GROUPS = {
    "pictures": "the pictures",
    "length": "how long",
    "learning": "how it learns",
    "machine": "the machine",
    "run": "what is kept",
    "family": "of this family",
    "manner": "the manner",
}
ALIASES = {"labels": ["--label"], "minutes": ["--for"]}
"""Second spellings. `--for` takes a time with a unit, `--label` may be given again and again."""


def add_setting_flags(parser: argparse.ArgumentParser, declaration: type[BaseModel]) -> None:
    """One flag per declared setting, in groups, with unit and default in the help."""
    groups = {key: parser.add_argument_group(title) for key, title in GROUPS.items()}
    for name, declared in declaration.model_fields.items():
        about: dict[str, Any] = declared.json_schema_extra if isinstance(declared.json_schema_extra, dict) else {}
        flags = [f"--{name.replace('_', '-')}", *ALIASES.get(name, [])]
        options = flag_options(name, declared, about.get("unit"))
        groups[about.get("group", "family")].add_argument(
            *flags,
            dest=f"setting_{name}",
            default=argparse.SUPPRESS,
            help=help_text(declared, about.get("unit")),
            **options,
        )


def flag_options(name: str, declared: FieldInfo, unit: str | None) -> dict[str, Any]:
    """How argparse reads one setting; whether the value is allowed is left to the declaration."""
    if name == "minutes":
        return {"type": typed(parse_minutes), "metavar": "TIME"}
    if declared.annotation == tuple[str, ...]:
        return {"action": "append", "metavar": "COLUMN" if name == "labels" else "FILE"}
    if declared.annotation in (bool, bool | None):
        return {"action": argparse.BooleanOptionalAction}
    if name in ("seen", "report_every", "preview_every", "checkpoint_every"):
        return {"type": typed(parse_count), "metavar": "COUNT"}
    choices = [choice for choice in get_args(declared.annotation) if isinstance(choice, str)]
    return {
        "type": read_text_value,
        "metavar": "|".join(choices) if choices else (unit or "VALUE").upper().split(" ")[0],
    }


def help_text(declared: FieldInfo, unit: str | None) -> str:
    """One line: what it is, its unit, its default."""
    default = declared.default
    shown = "none" if default is None else "x".join(map(str, default)) if isinstance(default, tuple) else default
    told = f"{declared.description}" + (f", in {unit}" if unit and unit not in (declared.description or "") else "")
    return f"{told} (default {shown if shown != '' else 'none'})".replace("%", "%%")


def typed(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """`parse` as argparse wants it: its words kept, instead of "invalid parse_minutes value"."""

    def read(text: str) -> Any:
        try:
            return parse(text)
        except UsageError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def chosen_values(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings that were given as flags."""
    given = {
        name.removeprefix("setting_"): value for name, value in vars(arguments).items() if name.startswith("setting_")
    }
    if "labels" in given:
        given["labels"] = [column for word in given["labels"] for column in word.split(",")]
    return given


def parse_minutes(text: str) -> float:
    """`90s`, `20m`, `1.5h`, `1h30m` or a bare number of minutes -> minutes."""
    try:
        return settings.parse_minutes(text)
    except ValueError as error:
        raise UsageError(f"{error}.") from None


def parse_count(text: str) -> int:
    """`500k`, `1.5M` or `20000` -> a number of pictures."""
    factor = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower(), 1)
    try:
        count = round(float(text[:-1] if factor > 1 else text) * factor)
    except (ValueError, OverflowError):
        raise UsageError(f"'{text}' is no number of pictures. Write for example 20000, 500k or 1.5M.") from None
    return count


def parse_labels(words: list[str] | None) -> dict[str, str]:
    """`["expression=angry"]` -> {"expression": "angry"}."""
    labels = {}
    for word in words or []:
        column, equals, name = word.partition("=")
        if not equals or not column:
            raise UsageError(f"'{word}' is not of the form column=class. Try for example --label expression=angry")
        labels[column] = name
    return labels


class Parser(argparse.ArgumentParser):
    """argparse that raises our errors instead of exiting, and suggests the nearest flag."""

    def error(self, message: str) -> Any:
        """Called by argparse for every usage error."""
        if message.startswith("unrecognized arguments: "):
            word = message.removeprefix("unrecognized arguments: ").split()[0].split("=")[0]
            known = [flag for action in self._actions for flag in action.option_strings]
            message = f"'{self.prog}' has no option {word}.{did_you_mean(word, known)}"
        end = "" if message.endswith((".", "?")) else "."
        raise UsageError(f"{message[0].upper()}{message[1:]}{end} Help: {self.prog} --help")
