"""`pinxit project`: one's own picture among those of a model."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pinxit import api
from pinxit.cli.making import free_path, make_folder
from pinxit.cli.options import Parser, parse_labels
from pinxit.cli.watching import TerminalWatch, bar
from pinxit.errors import visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags; returns what runs it."""
    parser.add_argument("model", help="a model file, a run folder or the name of a shipped model")
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="a picture of any size and kind")
    parser.add_argument(
        "--samples", type=int, default=2000, metavar="N", help="pictures to look through for a start (default 2,000)"
    )
    parser.add_argument("--steps", type=int, default=200, metavar="N", help="of improvement (default 200)")
    parser.add_argument(
        "--tune", type=int, nargs="?", const=300, default=0, metavar="N",
        help="steps in which the model itself learns to paint it exactly, kept as a new model file (N left away: 300)",
    )  # fmt: skip
    parser.add_argument("--label", action="append", metavar="COLUMN=CLASS", help="in models with labels")
    parser.add_argument("--text", metavar="CAPTION", help="in models with captions")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda or mps (default cpu)")
    parser.add_argument("--out", type=Path, default=Path("made"), metavar="DIR", help="where to (default made/)")
    return project


class SearchWatch(TerminalWatch):
    """A bar for one picture."""

    def describe(self, line: dict[str, Any]) -> str:
        """`[#####-----]  error 0.041`."""
        return f"{bar(line['share'])}  error {line['loss']:.3f}"


def project(arguments: Namespace) -> int:
    """Project, save, say how near."""
    model, watch = api.load(arguments.model, arguments.device), SearchWatch()
    out = make_folder(arguments.out)
    for picture in arguments.pictures:
        found = api.project(
            model, picture, samples=arguments.samples, steps=arguments.steps, labels=parse_labels(arguments.label),
            text=arguments.text, tune=arguments.tune, out=free_model(out, model.path, picture), watch=watch,
        )  # fmt: skip
        path = free_path(out / f"projected-{Path(picture).stem}.png", found.painting.recipe)
        watch.say(f"{found.painting.save(path)} (mix, walk, breed and move take it)")
        for line in found.lines():
            print(visible(line))
        if found.ended == "interrupted":
            return 130
    return 0


def free_model(out: Path, model: Path, picture: str) -> Path:
    """A name for the model tuned to a picture that no file has."""
    base = model.parent.name if model.stem == "model" else model.stem
    name, number = f"{base}-tuned-{Path(picture).stem}", 2
    path = out / f"{name}.safetensors"
    while path.exists():
        path, number = out / f"{name}-{number}.safetensors", number + 1
    return path
