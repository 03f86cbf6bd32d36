"""`pinxit export`."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.options import Parser
from pinxit.errors import visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags; returns what runs it."""
    parser.add_argument("model", help="a model file, a run folder or the name of a shipped model")
    parser.add_argument(
        "--to",
        choices=api.EXPORTS,
        default="onnx",
        help="onnx: a file for other programs; web: a page that paints in any browser; savedmodel: for TensorFlow",
    )
    parser.add_argument(
        "-o", "--out", type=Path, metavar="PATH", help="where to (default NAME.onnx, NAME-web/, NAME-savedmodel/)"
    )
    parser.add_argument("--title", metavar="WORDS", help="heading of the page")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="the picture that the page shows first (default 0)"
    )
    parser.add_argument(
        "--directions",
        metavar="NAMES",
        help="sliders of the page, such as beard,glasses (default those kept, else six found)",
    )
    return export


def export(arguments: Namespace) -> int:
    """Take a model away, and say where it is."""
    wanted = arguments.directions.split(",") if arguments.directions else None
    files = api.export_model(
        arguments.model, arguments.to, arguments.out, title=arguments.title, seed=arguments.seed, directions=wanted
    )
    if arguments.to == "web":
        total = sum(part.stat().st_size for part in files[0].parent.iterdir())
        print(visible(f"The page, {total / 1e6:.1f} MB with model and painter: {files[0]}"))
        print("Open it with a double click, or put its folder on any web space. It needs no network and sends nothing.")
        return 0
    if arguments.to == "savedmodel":
        print(visible(f"The model as a SavedModel of TensorFlow, painting what torch paints: {files[0]}"))
        return 0
    print(visible(f"The model as ONNX, painting what torch paints: {files[0]} ({size(files[0])})"))
    for half in files[1:]:
        print(visible(f"One half of it: {half} ({size(half)})"))
    return 0


def size(path: Path) -> str:
    """How large a file is, for people."""
    return f"{path.stat().st_size / 1e6:.1f} MB"
