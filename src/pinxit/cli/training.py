"""`pinxit train`, `resume`, `stop` and `families`."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pinxit import api
from pinxit.cli.options import Parser, add_setting_flags, chosen_values, parse_count, parse_minutes, typed
from pinxit.cli.watching import TerminalWatch
from pinxit.errors import UsageError, did_you_mean, pasteable, visible
from pinxit.settings import parse_assignments


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags of one verb; returns what runs it."""
    if verb == "train":
        add_training_flags(parser, words)
        parser.add_argument("--out", metavar="RUN", type=Path, help="the run folder (default runs/DATE-DATA-FAMILY)")
        return train
    if verb == "resume":
        parser.add_argument("run", type=Path, help="the run folder")
        parser.add_argument(
            "--seen", type=typed(parse_count), metavar="COUNT", help="go on until this many pictures were seen"
        )
        parser.add_argument(
            "--for", dest="minutes", type=typed(parse_minutes), metavar="TIME", help="go on until this long in all"
        )
        return resume
    if verb == "stop":
        parser.add_argument("run", type=Path, help="the run folder")
        return stop
    return list_families


def add_training_flags(parser: Parser, words: list[str]) -> None:
    """What says which pictures, which networks and which settings."""
    parser.epilog = "Values: --seen 500k, --for 20m, --size 96x64. Anything else: --set name=value."
    parser.add_argument("pictures", help="folder, zip, CSV or JSONL list, or a built-in name such as peeps")
    parser.add_argument("--family", metavar="NAME", help="the kind of network (pinxit families)")
    parser.add_argument("--preset", metavar="NAME", help="a row of the family's preset table")
    parser.add_argument("--settings", metavar="FILE", type=Path, help="a JSON file of settings")
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="any setting by name")
    parser.add_argument(
        "--from", dest="start", metavar="MODEL", help="go on from a model: a file, a run, or the name of a shipped one"
    )
    add_setting_flags(parser, chosen_family(words).settings)


def chosen_family(words: list[str]):
    """The family named among the words, before they are parsed: its settings decide which flags there are."""
    start = word_after("--from", words)
    return api.family_of(word_after("--family", words), start)


def word_after(flag: str, words: list[str]) -> str | None:
    """The value of a flag among words that are not parsed yet."""
    found = None
    for place, word in enumerate(words):
        if word == flag and place + 1 < len(words):
            found = words[place + 1]
        elif word.startswith(f"{flag}="):
            found = word.partition("=")[2]
    return found


def train(arguments: Namespace) -> int:
    """Train, then say what to do next."""
    values = named_values(arguments)
    _, settings = api.resolve_settings(arguments.family, arguments.preset, arguments.settings, values, arguments.start)
    watch = TerminalWatch(settings.seen, settings.minutes * 60 if settings.minutes else None)
    run = api.train(
        arguments.pictures,
        family=arguments.family,
        preset=arguments.preset,
        settings_file=arguments.settings,
        start=arguments.start,
        out=arguments.out,
        watch=watch,
        **values,
    )
    return tell(run, watch)


def named_values(arguments: Namespace) -> dict[str, Any]:
    """The settings named on the command line. Raises UsageError for an unknown name, and for two lengths."""
    values = {**parse_assignments(arguments.set), **chosen_values(arguments)}
    declared = api.family_of(arguments.family, arguments.start).settings.model_fields
    for name in values:
        if name not in declared:
            raise UsageError(f"There is no setting '{name}'.{did_you_mean(name, declared)}")
    refuse_two_lengths(values)
    return values


def resume(arguments: Namespace) -> int:
    """Go on with a run."""
    changes = {name: value for name in ("seen", "minutes") if (value := getattr(arguments, name)) is not None}
    refuse_two_lengths(changes)
    if "seen" in changes:
        changes["minutes"] = None
    _, settings = api.settings_of(arguments.run)
    settings = settings.model_copy(update=changes)
    watch = TerminalWatch(settings.seen, settings.minutes * 60 if settings.minutes else None)
    return tell(api.resume(arguments.run, watch=watch, **changes), watch)


def refuse_two_lengths(values: Mapping[str, Any]) -> None:
    """Raise UsageError for a length in pictures and in time at once: which one counts could only be guessed."""
    if values.get("seen") is not None and values.get("minutes") is not None:
        raise UsageError("Give either --seen or --for, not both: training ends by one clock.")


def tell(run: api.Run, watch: TerminalWatch) -> int:
    """The last lines of a training: what there is, and the next command to type."""
    if run.ended != "done":
        watch.say(f"Stopped ({run.ended}); nothing is lost. Go on: pinxit resume {pasteable(run.path)}")
    if run.sheet is None:
        return 0
    if run.score:
        watch.say(f"How good it is:        {run.score.headline}")
    if run.report:
        watch.say(f"Report card:           {run.report}")
    watch.say(f"Sheet of new pictures: {run.sheet}")
    watch.say(f"The model:             {run.model_file}")
    if api.settings_of(run.path)[0].paints_from == "picture":
        watch.say(f"Paint a photograph:    pinxit style PHOTO --with {pasteable(run.path)}")
    else:
        watch.say(f"Paint more:            pinxit make {pasteable(run.path)} -n 64 --sheet")
    return 0


def stop(arguments: Namespace) -> int:
    """Ask a run to stop."""
    running = api.stop(arguments.run)
    asked = (
        "Asked it to keep a checkpoint and stop." if running else "No pinxit on this machine is training it just now."
    )
    print(visible(f"{asked} Go on later: pinxit resume {pasteable(arguments.run)}"))
    return 0


def list_families(_: Namespace) -> int:
    """A table of families and presets."""
    default = api.find_family(None).name
    for name, family in api.list_families().items():
        print(f"{name}{' (default)' if name == default else ''}: {family.title}. {family.about}")
        print(f"    paints from {family.paints_from}; presets: {', '.join(family.presets) or 'none'}")
    return 0
