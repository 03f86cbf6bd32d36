"""`pinxit taste`: mark what you like, and get more like it."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.directions import words_of
from pinxit.cli.making import free_path, make_folder
from pinxit.cli.options import Parser
from pinxit.errors import counted, visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags; returns what runs it."""
    parser.add_argument("model", help="a model file, a run folder or the name of a shipped model")
    parser.add_argument("--like", metavar="LIST", help="seeds or PNGs that you like, such as 1,5,made/x.png")
    parser.add_argument("--dislike", metavar="LIST", help="seeds or PNGs that you do not like")
    parser.add_argument("--unmark", metavar="LIST", help="seeds or PNGs whose marks are taken back; 'all': every mark")
    parser.add_argument("--marks", action="store_true", help="list what is marked, and do nothing else")
    parser.add_argument("--more", type=int, metavar="N", help="paint the N pictures that you should like most")
    parser.add_argument("--sheet", action="store_true", help="--more: on one sheet too")
    parser.add_argument("--rank", nargs="+", metavar="PICTURE", help="seeds or PNGs, the most liked first")
    parser.add_argument("--direction", metavar="NAME", help="keep the way towards it as a direction of the model")
    parser.add_argument(
        "--candidates", type=int, default=500, metavar="N", help="how many pictures are looked through (default 500)"
    )
    parser.add_argument(
        "--start", type=int, default=1000, metavar="SEED", help="the first seed of these (default 1000)"
    )
    parser.add_argument("--file", type=Path, metavar="FILE", help="where marks are kept (default beside the model)")
    parser.add_argument("--out", type=Path, default=Path("made"), metavar="DIR", help="where to (default made/)")
    return taste


def taste(arguments: Namespace) -> int:
    """Keep marks, say what was learned, then do what is asked."""
    model, file = api.load(arguments.model), arguments.file
    if arguments.unmark == "all":
        (file or api.marks_file(model)).unlink(missing_ok=True)
    elif arguments.unmark:
        api.mark(model, words_of(arguments.unmark), None, file=file)
    if arguments.marks or arguments.unmark:
        for one in api.marks(model, file=file):
            print(visible(f"{'like   ' if one.liked else 'dislike'}  {one.told.get('seed', one.told.get('picture'))}"))
        return 0
    found = api.taste(model, words_of(arguments.like), words_of(arguments.dislike), file=file)
    print(visible(f"{found.marks} marks, {found.liked} of them liked, in {file or api.marks_file(model)}."))
    if found.accuracy is not None:
        print(
            f"Of a liked and an unliked one that it had not learned from, it knows {found.accuracy:.0%} (50% is chance)."
        )
    if arguments.rank:
        for picture, score in api.rank(model, arguments.rank, file=file):
            print(visible(f"{score:+.2f}  {picture}"))
    if arguments.direction:
        api.taste_direction(
            model, arguments.direction, candidates=arguments.candidates, start=arguments.start, file=file
        )
        print(visible(f"Go along it: pinxit move {arguments.model} 1 2 3 --along {arguments.direction}=2"))
    if arguments.more:
        paintings = api.more_like_these(
            model, arguments.more, candidates=arguments.candidates, start=arguments.start, file=file
        )
        out = make_folder(arguments.out)
        for one in paintings:
            one.save(free_path(out / f"liked-{one.seed:06d}.png", one.recipe))
        best = ", ".join(str(one.seed) for one in paintings[:8])
        print(visible(f"{counted(len(paintings), 'picture')} in {out}; the best are the seeds {best}."))
        if arguments.sheet:
            path = free_path(out / "liked-sheet.png", model.sheet_recipe(paintings))
            print(visible(f"The best first: {model.save_sheet(paintings, path)}"))
    return 0
