"""`pinxit plan`: what a training would choose in the time given, and why, without training."""

from argparse import Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pinxit import api
from pinxit.cli.options import Parser
from pinxit.cli.training import add_training_flags, named_values
from pinxit.errors import pasteable, visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags: those of `pinxit train`. Returns what runs it."""
    add_training_flags(parser, words)
    parser.add_argument("--json", metavar="FILE", type=Path, help="also keep the plan for programs")
    return partial(plan, words=words)


def plan(arguments: Namespace, words: list[str]) -> int:
    """Measure, choose, tell."""
    made = api.plan(
        arguments.pictures,
        family=arguments.family,
        preset=arguments.preset,
        settings_file=arguments.settings,
        start=arguments.start,
        **named_values(arguments),
    )
    command = command_for(made, words)
    for line in made.lines():
        print(visible(line))
    print(visible(f"To train it: {command}"))
    if arguments.json:
        api.write_text(arguments.json, api.to_text({**made.to_json(), "command": command}))
    return 0


def command_for(made: "api.Plan", words: list[str]) -> str:
    """The words that were typed, with what was chosen spelled out, so that training chooses the same."""
    typed, skip = [], False
    for word in words:
        if not skip and word != "--json" and not word.startswith("--json="):
            typed.append(word)
        skip = word == "--json" and not skip
    if made.speed is not None and made.preset and not names(typed, "preset"):
        typed += ["--preset", made.preset]
    if made.speed is not None and "size" not in made.schedules.kept:
        typed += ["--size", "x".join(map(str, made.settings.size))]
    return " ".join(["pinxit train", *(word if word.startswith("--") else pasteable(word) for word in typed)])


def names(words: list[str], flag: str) -> bool:
    """Whether `--flag` stands among the words."""
    return any(word == f"--{flag}" or word.startswith(f"--{flag}=") for word in words)
