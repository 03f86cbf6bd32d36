"""`pinxit reconstruct`: pictures beside what a model draws them back as."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.making import make_folder
from pinxit.cli.options import Parser
from pinxit.cli.watching import TerminalWatch
from pinxit.errors import visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags; returns what runs it."""
    parser.add_argument("model", help="a model file or run folder of a family that encodes (vae)")
    parser.add_argument(
        "pictures", help="one picture, a folder, zip, CSV or JSONL list, or a built-in name such as peeps"
    )
    parser.add_argument("-n", "--count", type=int, metavar="N", help="only the first N pictures")
    parser.add_argument("--sheet", action="store_true", help="one sheet, each picture beside its original")
    parser.add_argument("--out", type=Path, default=Path("made"), metavar="DIR", help="where to (default made/)")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda or mps (default cpu)")
    return reconstruct


def reconstruct(arguments: Namespace) -> int:
    """Draw back, save, say how like."""
    found = api.reconstruct(
        arguments.model, arguments.pictures, arguments.count, device=arguments.device, watch=TerminalWatch()
    )
    for line in found.lines():
        print(visible(line))
    out = make_folder(arguments.out)
    if arguments.sheet:
        print(visible(f"Originals and what became of them: {found.save_sheet(out / 'redrawn-sheet.png')}"))
    else:
        found.save(out)
        print(visible(f"In {out}, numbered in the order of the originals."))
    return 0
