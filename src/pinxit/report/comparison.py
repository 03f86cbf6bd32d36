"""Several models side by side: one page, the same as Markdown, a CSV for other programs, and a sheet of each."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from pinxit.data.cache import written_aside
from pinxit.errors import UsageError
from pinxit.generation.model import Model
from pinxit.images.writing import ELSEWHERE
from pinxit.report.blocks import Bullets, Paragraph, Section, Sheet, Table
from pinxit.report.chart import Line
from pinxit.report.facts import Facts, gather
from pinxit.report.markdown import as_sections
from pinxit.report.page import fill
from pinxit.report.pictures import sheet_of, width_shown
from pinxit.scoring.verdict import Score, percent

PAGE, MARKDOWN, FIGURES = "index.html", "README.md", "comparison.csv"
SAMPLES = 32
TITLE = "Models compared"
HEAD = (
    "Model", "Family", "KID x 1000", "Verdict", "Precision, recall", "Copies", "Labels right", "Pictures seen", "Time",
    "Weights", "File",
)  # fmt: skip


def write_comparison(models: Sequence[Model], folder: Path, scores: Sequence[Score | None]) -> Path:
    """Write it whole or not at all, in place of an older one. Returns the page.

    scores  one for each model, or None where it was not measured: then what its file says stands there
    Raises UsageError for a folder that holds other things, PinxitError for one that cannot be written.
    """
    check_place(folder)
    facts = [gather(model, score) for model, score in zip(models, scores, strict=True)]
    names = distinct([one.name for one in facts])
    with written_aside(folder.resolve(), ELSEWHERE) as aside:
        sheets = [
            samples(model, name, f"samples-{place}.png", aside)
            for place, (model, name) in enumerate(zip(models, names, strict=True), start=1)
        ]
        sections = tell(names, facts, sheets)
        pictures = {sheet.file: (aside / sheet.file).read_bytes() for sheet in sheets}
        widths = {}
        for sheet in sheets:
            with Image.open(aside / sheet.file) as picture:
                widths[sheet.file] = width_shown(picture)
        about = f"{len(models)} models: how good they are, what they cost, and what they paint from the same seeds."
        footer = f"Written by pinxit {facts[0].pinxit}. The same as Markdown: {MARKDOWN}; all figures: {FIGURES}."
        page = fill(TITLE, TITLE, about, "", sections, pictures, widths, footer)
        (aside / PAGE).write_text(page, "utf-8")
        (aside / MARKDOWN).write_text("\n".join([f"# {TITLE}", "", about, "", *as_sections(sections)]), "utf-8")
        write_csv(aside / FIGURES, names, facts)
    return folder / PAGE


def check_place(folder: Path) -> None:
    """Raise UsageError unless `folder` is new, empty, or an older comparison."""
    if folder.exists() and not (folder.is_dir() and ((folder / FIGURES).exists() or not any(folder.iterdir()))):
        raise UsageError(f"{folder} holds other things than a comparison. Choose another --out; nothing was written.")


def distinct(names: Sequence[str]) -> list[str]:
    """The same names, with (2), (3) … where one comes again."""
    return [
        name if name not in names[:place] else f"{name} ({names[: place + 1].count(name)})"
        for place, name in enumerate(names)
    ]


def samples(model: Model, name: str, file: str, folder: Path) -> Sheet:
    """The first seeds, as they come."""
    paintings = model.make(range(SAMPLES))
    model.save_sheet(paintings, folder / file, sheet_of([painting.image for painting in paintings]))
    return Sheet(file, f"{SAMPLES} pictures painted by {name}", f"{name}: seeds 0 to {SAMPLES - 1}, as they come.")


def tell(names: Sequence[str], facts: Sequence[Facts], sheets: Sequence[Sheet]) -> list[Section]:
    """The page, before anybody decides how it is shown."""
    rows = tuple(row(name, one) for name, one in zip(names, facts, strict=True))
    measured = [one.score for one in facts if one.score]
    figures: list[Any] = [Table(rows, HEAD)]
    if measured:
        figures.append(Paragraph(conditions(measured[0])))
    told = [Section("Figures", tuple(figures))]
    if doubts := list(differences(facts)):
        told.append(Section("Compare with care", (Bullets(tuple(doubts)),)))
    told.append(Section("What they paint", tuple(sheets)))
    lines = tuple(
        Line(f"{name}: KID at its checkups (lower is better)", *over_time(one), "{:.0f}")
        for name, one in zip(names, facts, strict=True)
        if one.checkups
    )
    return [*told, Section("Over time", lines)] if lines else told


def row(name: str, facts: Facts) -> tuple[str, ...]:
    """One model for people, in the order of HEAD."""
    score = facts.score
    return (
        name,
        facts.family,
        f"{score.kid.mean:.1f} ± {score.kid.deviation:.1f}" if score else "not measured",
        score.word if score else "",
        f"{score.support.precision:.2f}, {score.support.recall:.2f}" if score else "",
        percent(score.copied) if score else "",
        "; ".join(f"{column} {percent(label.agreement)}" for column, label in score.labels.items()) if score else "",
        f"{facts.seen:,}" if facts.seen is not None else "",
        f"{facts.seconds / 60:.1f} min" if facts.seconds is not None else "",
        f"{facts.parameters / 1e6:.1f} M",
        f"{facts.file_bytes / 1e6:.1f} MB",
    )


def conditions(score: Score) -> str:
    """What the figures were measured on."""
    return (
        f"KID with {score.features}, {score.resizer}, {score.backgrounds}; {score.painted:,} painted pictures against "
        f"{score.real:,} {score.against}. Real pictures among themselves have {score.floor.mean:.1f} ± "
        f"{score.floor.deviation:.1f}. Time is that of the whole training; pictures seen, until the moment kept."
    )


def differences(facts: Sequence[Facts]) -> list[str]:
    """Why figures beside each other might not mean the same."""
    scores = [one.score for one in facts if one.score]
    alike = {
        "They learned from different pictures.": {one.data.fingerprint for one in facts},
        "They paint different sizes; a larger picture is harder.": {(one.width, one.height, one.channels) for one in facts},
        "They were scored with different features, counts or backgrounds: measure them in one go, with --against.": {
            (one.features, one.resizer, one.backgrounds, one.real, one.painted, one.against) for one in scores
        },
        "They were trained on different machines, so their times say little.": {
            str(sorted(one.machine.items())) for one in facts
        },
    }  # fmt: skip
    told = [words for words, kinds in alike.items() if len(kinds) > 1]
    told += sorted({f"Weak figures: {one.warning}." for one in scores if one.warning})
    if len(scores) < len(facts):
        told.append("Some were not measured.")
    return told


def over_time(facts: Facts) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Pictures seen and KID of every checkup."""
    return tuple(one.seen for one in facts.checkups), tuple(one.kid for one in facts.checkups)


def write_csv(path: Path, names: Sequence[str], facts: Sequence[Facts]) -> None:
    """Bare numbers, empty where unknown."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(figures_of("", facts[0])))
        table.writeheader()
        table.writerows(figures_of(name, one) for name, one in zip(names, facts, strict=True))


def figures_of(name: str, facts: Facts) -> dict[str, Any]:
    """One line of the CSV. Names that a spreadsheet would compute are made text."""
    score = facts.score
    return {
        "model": f"'{name}" if name[:1] in "=+-@" else name,
        "family": facts.family,
        "kid_x1000": score.kid.mean if score else None,
        "kid_deviation": score.kid.deviation if score else None,
        "fid": score.fid if score else None,
        "precision": score.support.precision if score else None,
        "recall": score.support.recall if score else None,
        "density": score.support.density if score else None,
        "coverage": score.support.coverage if score else None,
        "copied": score.copied if score else None,
        "copied_of_real": score.copied_of_real if score else None,
        "features": score.features if score else None,
        "seen": facts.seen,
        "seconds": facts.seconds,
        "parameters": facts.parameters,
        "file_bytes": facts.file_bytes,
        "width": facts.width,
        "height": facts.height,
        "channels": facts.channels,
        "data_fingerprint": facts.data.fingerprint,
    }
