"""`pinxit complete`: what is missing in a picture, painted."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.making import free_path, make_folder
from pinxit.cli.options import Parser, parse_labels
from pinxit.cli.projecting import SearchWatch
from pinxit.errors import visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags of the verb; returns what runs it."""
    parser.add_argument("picture", help="the picture that lacks something")
    parser.add_argument("--mask", required=True, metavar="FILE", help="as large: white where it is to be painted")
    parser.add_argument("--with", dest="model", required=True, metavar="MODEL", help="any model that paints from noise")
    parser.add_argument("-n", "--count", type=int, default=4, metavar="N", help="how many proposals (default 4)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the first one (default 0)")
    parser.add_argument(
        "--by", choices=("auto", "search", "learned"), default="auto",
        help="search the model for what fits, or let one trained with --completes do it (default: that where it can)",
    )  # fmt: skip
    parser.add_argument(
        "--samples", type=int, default=2000, metavar="N", help="pictures to look through for a start (default 2,000)"
    )
    parser.add_argument("--steps", type=int, default=200, metavar="N", help="of a search (default 200)")
    parser.add_argument("--label", action="append", metavar="COLUMN=CLASS", help="in models with labels")
    parser.add_argument("--text", metavar="CAPTION", help="in models with captions")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda or mps (default cpu)")
    parser.add_argument("--out", type=Path, default=Path("made"), metavar="DIR", help="where to (default made/)")
    return complete


def complete(arguments: Namespace) -> int:
    """Paint, save each proposal, say where."""
    made = api.complete(
        arguments.picture,
        arguments.mask,
        arguments.model,
        arguments.count,
        seed=arguments.seed,
        by=arguments.by,
        samples=arguments.samples,
        steps=arguments.steps,
        labels=parse_labels(arguments.label),
        text=arguments.text,
        device=arguments.device,
        watch=SearchWatch(),
    )
    out, name = make_folder(arguments.out), Path(arguments.picture).stem[:150]
    for number, painting in enumerate(made):
        path = free_path(out / f"{name}-completed-{arguments.seed + number}.png", painting.recipe)
        print(visible(f"{painting.save(path)}"))
    return 0
