"""`pinxit find` and `pinxit sort`: look-alikes in a collection, and a collection sorted by labels."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.making import make_folder
from pinxit.cli.options import Parser
from pinxit.errors import visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags of one verb; returns what runs it."""
    parser.add_argument("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda or mps (default cpu)")
    collection = "a folder, zip, CSV or JSONL list, or a built-in name such as peeps"
    if verb == "find":
        parser.add_argument("picture", help="what to look for")
        parser.add_argument("pictures", help=f"where to look: {collection}")
        parser.add_argument("-n", "--count", type=int, default=12, metavar="N", help="how many (default 12)")
        parser.add_argument("--out", type=Path, default=Path("found.png"), metavar="FILE", help="the sheet (found.png)")
        return find
    parser.add_argument("pictures", help=collection)
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="CSV or JSONL: file_name and labels of some of them"
    )
    parser.add_argument("--column", metavar="NAME", help="which labels, where there are several")
    parser.add_argument("--model", metavar="MODEL", help="ask the critic of this model too what it sees")
    parser.add_argument("--out", type=Path, default=Path("sorted"), metavar="DIR", help="where to (default sorted/)")
    return sort


def find(arguments: Namespace) -> int:
    """Print names and likeness, save the sheet."""
    found = api.find(arguments.picture, arguments.pictures, arguments.count, device=arguments.device)
    for name, likeness in found.found:
        print(visible(f"{likeness:.3f}  {name}"))
    print(visible(f"Sheet: {found.save_sheet(arguments.out)}"))
    return 0


def sort(arguments: Namespace) -> int:
    """Print how well it reads, write the table and the sheets."""
    made = api.sort(
        arguments.pictures, arguments.labels, column=arguments.column, model=arguments.model, device=arguments.device
    )
    for line in made.lines():
        print(visible(line))
    for path in made.save(make_folder(arguments.out)):
        print(visible(str(path)))
    return 0
