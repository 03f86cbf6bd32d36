"""`pinxit upscale`: pictures drawn again, larger."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.making import free_path, make_folder
from pinxit.cli.options import Parser
from pinxit.cli.watching import TerminalWatch
from pinxit.errors import counted, visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags of the verb; returns what runs it."""
    parser.add_argument("picture", help="a picture; or a folder, zip or list of them")
    parser.add_argument("--times", type=int, default=4, metavar="2|4", help="how much wider and higher (default 4)")
    parser.add_argument(
        "--network",
        default="drawings",
        metavar="NAME",
        help="drawings (default), or photographs: slower, with the extra upscale",
    )
    parser.add_argument(
        "--seamless", default="no", metavar="x|y|both", help="the picture tiles that way, and so shall the large one"
    )
    parser.add_argument("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda or mps (default cpu)")
    parser.add_argument("--out", type=Path, default=Path("made"), metavar="DIR", help="where to (default made/)")
    return upscale


def upscale(arguments: Namespace) -> int:
    """Draw, save, say where."""
    how = {"network": arguments.network, "seamless": arguments.seamless, "device": arguments.device}
    if Path(arguments.picture).is_dir() or api.is_list(arguments.picture):
        found = api.upscale_folder(arguments.picture, arguments.out, arguments.times, watch=TerminalWatch(), **how)
        print(visible(f"{counted(len(found), 'picture')} in {arguments.out}"))
        return 0
    made = api.upscale(arguments.picture, arguments.times, **how)
    path = free_path(
        make_folder(arguments.out) / f"{Path(arguments.picture).stem[:150]}-{arguments.times}x.png", made.recipe
    )
    print(visible(f"{made.save(path)}  {made.image.width}x{made.image.height}"))
    return 0
