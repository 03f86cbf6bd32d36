"""`pinxit save`: take pictures away as files of another kind."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.options import Parser, add_setting_flags, chosen_values
from pinxit.errors import UsageError, counted, visible

MOST_TOLD = 12


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags; returns what runs it."""
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="files, or folders of pictures")
    parser.add_argument(
        "--as", dest="kind", choices=api.saving_kinds(), help="the kind of file (default: what the name in --out says)"
    )
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("saved"), metavar="PATH",
        help="where to: a folder (default saved/), or the name of one file",
    )  # fmt: skip
    add_setting_flags(parser, api.saving_settings())
    return save


def save(arguments: Namespace) -> int:
    """Write the files and say where they are."""
    kind = arguments.kind or {"tif": "tiff"}.get(ending := arguments.out.suffix.lower().removeprefix("."), ending)
    if not kind:
        raise UsageError(f"As what? Say --as {', --as '.join(api.saving_kinds())}, or name a file: -o picture.svg")
    written = api.save_and_tell(arguments.pictures, kind, arguments.out, **chosen_values(arguments))
    for path, remark in written[: 1 if kind == "icons" else MOST_TOLD]:
        print(visible(f"{path}  {remark}".rstrip()))
    if kind == "icons":
        place = written[0][0].parent
        print(
            visible(f"{counted(len(written), 'file')} in {place}: SVG, PNG, sprites. Open index.html to look at them.")
        )
    elif len(written) > MOST_TOLD:
        print(visible(f"… and {len(written) - MOST_TOLD:,} more in {written[0][0].parent}"))
    return 0
