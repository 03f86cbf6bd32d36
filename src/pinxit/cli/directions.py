"""`pinxit directions` and `pinxit move`: which way latents go for a beard, and going there."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.making import free_path, make_folder
from pinxit.cli.options import Parser
from pinxit.cli.watching import TerminalWatch
from pinxit.errors import UsageError, counted, visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags of one verb; returns what runs it."""
    parser.add_argument("model", help="a model file, a run folder or the name of a shipped model")
    parser.add_argument(
        "--file", type=Path, metavar="FILE", help="where directions are kept (default beside the model)"
    )
    parser.add_argument("--out", type=Path, default=Path("made"), metavar="DIR", help="where to (default made/)")
    if verb == "move":
        parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="a seed, or a PNG that the model painted")
        parser.add_argument(
            "--along", action="append", default=[], metavar="NAME=STRENGTH", help="such as glasses=2.5 or beard=-3"
        )
        parser.add_argument("--layers", metavar="NAMES", help="only these: coarse, middle, fine or 0-3 (stylegan)")
        parser.add_argument("--truncation", type=float, default=1.0, metavar="0..2", help="of seeds, as in pinxit make")
        return move
    parser.add_argument("--find", choices=("pca", "weights"), help="find some without being told what they show")
    parser.add_argument("-n", "--count", type=int, default=8, metavar="N", help="how many --find finds (default 8)")
    parser.add_argument("--learn", metavar="NAME", help="learn one from examples, and call it so")
    parser.add_argument("--yes", metavar="LIST", help="--learn: seeds or PNGs that have it, such as 1,5,made/x.png")
    parser.add_argument("--no", metavar="LIST", help="--learn: seeds or PNGs that have it not")
    parser.add_argument("--pictures", metavar="PICTURES", help="--learn: labelled pictures instead, such as peeps")
    parser.add_argument(
        "--label", metavar="COLUMN=CLASS", help="--learn: what to look for in them, such as glasses=yes"
    )
    parser.add_argument("--samples", type=int, default=1000, metavar="N", help="how many are painted for it (1000)")
    parser.add_argument("--apart", metavar="COLUMNS", help="--learn: labels to leave as they are, such as beard,hair")
    parser.add_argument("--without", metavar="NAMES", help="--learn: directions that it must not go along")
    parser.add_argument("--rename", nargs=2, metavar=("OLD", "NEW"), help="call a direction otherwise")
    parser.add_argument("--drop", metavar="NAME", help="forget a direction")
    parser.add_argument("--strip", metavar="NAMES", help="a sheet with a row for each of these directions and seed")
    parser.add_argument("--seeds", default="0", metavar="LIST", help="of --strip (default 0)")
    parser.add_argument("--reach", type=float, default=3.0, metavar="N", help="of --strip, each way (default 3)")
    return directions


def words_of(text: str | None) -> list[str]:
    """`"a, b"` -> ["a", "b"]."""
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def words(value: object) -> str:
    """What is told of a direction, for people."""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def directions(arguments: Namespace) -> int:
    """Find, learn, rename, drop or show directions; without any of these, list them."""
    model, file = api.load(arguments.model), arguments.file
    if arguments.find:
        api.find_directions(model, arguments.find, arguments.count, file=file)
    if arguments.learn:
        api.learn_direction(
            model, arguments.learn, liked=words_of(arguments.yes), disliked=words_of(arguments.no),
            pictures=arguments.pictures, label=arguments.label, samples=arguments.samples, apart=words_of(arguments.apart),
            without=words_of(arguments.without), file=file, watch=TerminalWatch(),
        )  # fmt: skip
    if arguments.rename:
        api.rename_direction(model, *arguments.rename, file=file)
    if arguments.drop:
        api.rename_direction(model, arguments.drop, None, file=file)
    place = file or api.directions_file(model)
    known = api.directions(model, place)
    if arguments.strip:
        names = words_of(arguments.strip)
        paintings = api.strip(model, names, api.parse_seeds(arguments.seeds), reach=arguments.reach, file=file)
        path = make_folder(arguments.out) / f"strip-{'-'.join(names)[:60].replace('/', '-')}.png"
        print(visible(f"A row for each direction and seed: {api.save_strip(paintings, path, 7)}"))
        return 0
    for name, one in known.items():
        about = [f"{key} {words(value)}" for key, value in one.told.items() if value not in ([], "", None)]
        print(visible(f"{name:16}{', '.join(about)}"))
    print(
        visible(
            f"{counted(len(known), 'direction')} in {place}." if known else f"There are no directions in {place} yet."
        )
    )
    return 0


def move(arguments: Namespace) -> int:
    """Go along directions, save, say where."""
    along = {}
    for word in arguments.along:
        name, equals, strength = word.rpartition("=")
        try:
            along[name] = float(strength)
        except ValueError:
            equals = ""
        if not equals or not name:
            raise UsageError(f"'{word}' is not of the form direction=strength. Try for example --along glasses=2.5")
    if not along:
        raise UsageError("Which way? For example: pinxit move peeps 1 2 3 --along glasses=2.5")
    moved = api.move(
        arguments.model, arguments.pictures, along, layers=arguments.layers, file=arguments.file,
        truncation=arguments.truncation,
    )  # fmt: skip
    out = make_folder(arguments.out)
    paths = [one.save(free_path(out / f"moved-{place:03d}.png", one.recipe)) for place, one in enumerate(moved)]
    print(visible(f"{len(paths)} picture{'s' if len(paths) > 1 else ''} in {out}, from {paths[0].name} on."))
    return 0
