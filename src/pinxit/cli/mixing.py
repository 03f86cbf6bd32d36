"""`pinxit mix` and `pinxit breed`: pictures made of pictures."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.making import free_path, make_folder
from pinxit.cli.options import Parser, parse_labels
from pinxit.errors import UsageError, visible

MOST_ON_A_SHEET = 1024


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags of one verb; returns what runs it."""
    parser.add_argument("model", help="a model file, a run folder or the name of a shipped model")
    parser.add_argument(
        "parents",
        nargs="+",
        metavar="PICTURE",
        help="a seed (7), a seed with labels (7:hair=bald), or a PNG it painted",
    )
    if verb == "mix":
        parser.add_argument(
            "--weights", metavar="LIST", help="how much each counts, such as 2,1,1 (default all the same)"
        )
        parser.add_argument(
            "--layers", metavar="NAMES",
            help="the first picture in the styles of the second in these layers: coarse, middle, fine or 0-3 (stylegan)",
        )  # fmt: skip
    else:
        parser.add_argument("-n", "--count", type=int, default=16, metavar="N", help="how many children (default 16)")
        parser.add_argument(
            "--mutation", type=float, default=0.2, metavar="0..1", help="how much chance changes them (default 0.2)"
        )
        parser.add_argument("--seed", type=int, default=0, metavar="N", help="of chance (default 0)")
        parser.add_argument("--sheet", action="store_true", help="show them on one sheet too")
    parser.add_argument(
        "--text", action="append", metavar="CAPTION", help="for seeds of models with captions: one, or one for each"
    )
    parser.add_argument("--label", action="append", metavar="COLUMN=CLASS", help="for all seeds, in models with labels")
    parser.add_argument("--truncation", type=float, default=1.0, metavar="0..2", help="of seeds, as in pinxit make")
    parser.add_argument("--precision", choices=("float32", "bf16"), default="float32", help="as in pinxit make")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda or mps (default cpu)")
    parser.add_argument("--out", type=Path, default=Path("made"), metavar="DIR", help="where to (default made/)")
    return mix if verb == "mix" else breed


def how_of(arguments: Namespace) -> dict:
    """What both verbs pass on."""
    text = arguments.text[0] if arguments.text and len(arguments.text) == 1 else arguments.text
    return {
        "labels": parse_labels(arguments.label),
        "text": text,
        "truncation": arguments.truncation,
        "precision": arguments.precision,
        "device": arguments.device,
    }


def mix(arguments: Namespace) -> int:
    """Mix, save, say where."""
    try:
        weights = None if arguments.weights is None else [float(weight) for weight in arguments.weights.split(",")]
    except ValueError:
        raise UsageError(f"'{arguments.weights}' are no weights. Write numbers with commas, such as 2,1,1.") from None
    painting = api.mix(arguments.model, arguments.parents, weights, layers=arguments.layers, **how_of(arguments))
    path = free_path(make_folder(arguments.out) / "mixed.png", painting.recipe)
    print(visible(f"Mixed: {painting.save(path)} (it can be mixed again, and repeated with pinxit make --again)"))
    return 0


def breed(arguments: Namespace) -> int:
    """Breed, save each child, say where."""
    if arguments.sheet and arguments.count > MOST_ON_A_SHEET:
        raise UsageError(
            f"A sheet holds at most {MOST_ON_A_SHEET} pictures; {arguments.count} came. Leave --sheet away."
        )
    children = api.breed(
        arguments.model, arguments.parents, arguments.count, mutation=arguments.mutation, seed=arguments.seed,
        **how_of(arguments),
    )  # fmt: skip
    out = make_folder(arguments.out)
    paths = [
        child.save(free_path(out / f"child-{number:03d}.png", child.recipe)) for number, child in enumerate(children)
    ]
    print(
        visible(f"{len(paths)} children in {out}, from {paths[0].name} on. Breed the best again by naming their files.")
    )
    if arguments.sheet:
        print(visible(f"All on one sheet: {api.save_strip(children, out / 'children.png')}"))
    return 0
