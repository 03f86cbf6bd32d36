"""Write a model's report card: a folder with one page, a model card in Markdown, its pictures, and all facts as JSON."""

import json
from pathlib import Path

from PIL import Image

from pinxit.data.cache import written_aside
from pinxit.errors import UsageError
from pinxit.generation.finding import shipped_models
from pinxit.generation.measuring import Measured
from pinxit.generation.model import Model
from pinxit.images.writing import ELSEWHERE
from pinxit.report.facts import gather, run_of
from pinxit.report.markdown import as_markdown
from pinxit.report.page import as_page
from pinxit.report.pictures import paint_sheets, width_shown
from pinxit.report.story import tell

PAGE, MARKDOWN, FACTS = "index.html", "README.md", "report.json"


def write_card(
    model: Model,
    folder: Path | None = None,
    *,
    measured: Measured | None = None,
    no_score: str | None = None,
    pairs: bool = True,
    licence: str | None = None,
) -> Path:
    """Write the card whole or not at all, in place of an older one. Returns the page.

    folder    where to; None: `place_of(model)`
    measured  what `pinxit.generation.measuring.measure` found; without, the scores that the file carries, if any
    no_score  why nothing was measured
    pairs     show the painted pictures nearest to training pictures beside these
    licence   of the model itself
    Raises UsageError for a folder that holds other things, PinxitError for one that cannot be written.
    """
    folder = folder or place_of(model)
    check_place(folder)
    facts = gather(model, measured.score if measured else None, no_score, licence)
    with written_aside(folder.resolve(), ELSEWHERE) as aside:
        sheets = list(paint_sheets(model, measured if pairs else None, aside))
        story = tell(facts, sheets)
        pictures = {sheet.file: (aside / sheet.file).read_bytes() for sheet in sheets}
        widths = {}
        for sheet in sheets:
            with Image.open(aside / sheet.file) as picture:
                widths[sheet.file] = width_shown(picture)
        (aside / PAGE).write_text(as_page(facts, story, pictures, widths), "utf-8")
        (aside / MARKDOWN).write_text(as_markdown(facts, story), "utf-8")
        (aside / FACTS).write_text(json.dumps(facts.to_json(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    return folder / PAGE


def place_of(model: Model) -> Path:
    """`report/` in the run folder; NAME-report/ beside a model file, or in the current folder for a shipped one."""
    run = run_of(model)
    if run is not None:
        return run.report
    name = f"{model.path.stem}-report"
    return Path(name) if model.path in shipped_models().values() else model.path.with_name(name)


def check_place(folder: Path) -> None:
    """Raise UsageError unless `folder` is new, empty, or an older card: nothing else is written over."""
    if folder.exists() and not (folder.is_dir() and (is_card(folder) or not any(folder.iterdir()))):
        raise UsageError(f"{folder} holds other things than a report card. Choose another --out; nothing was written.")


def is_card(folder: Path) -> bool:
    """Whether a folder is a card that we wrote."""
    try:
        return json.loads((folder / FACTS).read_text("utf-8")).get("kind") == "pinxit report card"
    except (OSError, ValueError, AttributeError, RecursionError):
        return False
