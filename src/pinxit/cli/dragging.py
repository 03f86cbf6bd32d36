"""`pinxit drag`: pull at a picture."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pinxit import api
from pinxit.cli.making import free_path, make_folder
from pinxit.cli.options import Parser, parse_labels
from pinxit.cli.watching import TerminalWatch, bar
from pinxit.errors import UsageError, visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags; returns what runs it."""
    parser.add_argument("model", help="a model file, a run folder or the name of a shipped model")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--seed", default="0", metavar="N", help="of the picture, or N:column=class (default 0)")
    which.add_argument("--picture", metavar="FILE", help="a PNG that the model painted, instead of a seed")
    parser.add_argument(
        "--from", dest="handles", action="append", required=True, metavar="X,Y",
        help="a handle, in pixels from the left and the top; may be given again",
    )  # fmt: skip
    parser.add_argument(
        "--to",
        dest="targets",
        action="append",
        required=True,
        metavar="X,Y",
        help="where it is to go, one for each --from",
    )
    parser.add_argument("--mask", metavar="FILE", help="as large as the picture: white where it may move")
    parser.add_argument("--steps", type=int, default=150, metavar="N", help="at most so many (default 150)")
    parser.add_argument("--text", metavar="CAPTION", help="of a seed, in models with captions")
    parser.add_argument("--label", action="append", metavar="COLUMN=CLASS", help="of a seed, in models with labels")
    parser.add_argument("--truncation", type=float, default=1.0, metavar="0..2", help="of a seed, as in pinxit make")
    parser.add_argument("--preview", metavar="FILE", help="a PNG that is written anew while it goes on")
    parser.add_argument("--strip", action="store_true", help="show before and after side by side too")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda or mps (default cpu)")
    parser.add_argument("--out", type=Path, default=Path("made"), metavar="DIR", help="where to (default made/)")
    return drag


class DragWatch(TerminalWatch):
    """A bar for one picture."""

    def describe(self, line: dict[str, Any]) -> str:
        """`[#####-----]  4.2 pixels to go`."""
        return f"{bar(line['share'])}  {line['loss']:.1f} pixels to go"


def place_in(words: str) -> tuple[float, float]:
    """`"30,40"` -> (30.0, 40.0). Raises UsageError."""
    try:
        x, y = (float(word) for word in words.split(","))
    except ValueError:
        raise UsageError(f"'{words}' is no place. Write pixels from the left and from the top, such as 30,40") from None
    return x, y


def drag(arguments: Namespace) -> int:
    """Pull, save, say how far it came."""
    if len(arguments.handles) != len(arguments.targets):
        raise UsageError(
            f"{len(arguments.handles)} handles and {len(arguments.targets)} targets came. Give a --to for each --from, in "
            "the same order."
        )
    moves = [
        (place_in(handle), place_in(target))
        for handle, target in zip(arguments.handles, arguments.targets, strict=True)
    ]
    watch = DragWatch()
    found = api.drag(
        arguments.model, Path(arguments.picture) if arguments.picture else arguments.seed, moves, mask=arguments.mask,
        steps=arguments.steps, labels=parse_labels(arguments.label), text=arguments.text, truncation=arguments.truncation,
        device=arguments.device, preview=arguments.preview, watch=watch,
    )  # fmt: skip
    path = free_path(make_folder(arguments.out) / "dragged.png", found.painting.recipe)
    watch.say(f"{found.painting.save(path)} (drag, mix, walk, breed and move take it)")
    for line in found.lines():
        print(visible(line))
    if arguments.strip:
        strip = api.save_strip([found.before, found.painting], path.with_name(f"{path.stem}-strip.png"), 2)
        print(visible(f"Before and after: {strip}"))
    return 130 if found.ended == "interrupted" else 0
