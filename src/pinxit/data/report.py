"""The doctor's report: report.json for programs, and one page that shows what was left out and why."""

from __future__ import annotations

import base64
import html
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from pinxit.data.picture_folder import Picture
from pinxit.errors import PictureError
from pinxit.images.files import write_atomically
from pinxit.images.writing import cannot_write

if TYPE_CHECKING:
    from pinxit.data.check import CheckReport, Verdict

MAX_THUMBNAILS = 200
_INSTEAD = "choose another folder with --report, or leave the page away with --no-report"
_SIDE = 96
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; color: #2b2926;
  background: #faf8f4 }}
h1 {{ font-weight: 600 }} h2 {{ margin-top: 2.5rem }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #e3ded4; vertical-align: top;
  overflow-wrap: anywhere }}
td.count {{ text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }}
ul {{ list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
  gap: 1rem }}
li {{ background: #fff; border: 1px solid #e3ded4; border-radius: .5rem; padding: .75rem; overflow-wrap: anywhere;
  font-size: .85rem }}
li img, li .none {{ display: block; max-width: 100%; height: 96px; object-fit: contain; margin-bottom: .5rem }}
li .none {{ display: grid; place-items: center; background: #f1ede4; color: #6b665d }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{summary}</p>
<table><thead><tr><th>Finding</th><th>Count</th><th>For example</th></tr></thead><tbody>
{rows}
</tbody></table>
{sections}
</body>
</html>
"""


def write_report(report: CheckReport, folder: Path) -> Path:
    """Write report.json and report.html into `folder` (made if missing) -> the page. Raises PinxitError."""
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise cannot_write(folder / "report.html", problem, _INSTEAD) from problem
    write_atomically(folder / "report.json", json.dumps(_as_json(report), indent=1).encode(), _INSTEAD)
    page = folder / "report.html"
    write_atomically(page, _as_page(report).encode("utf-8", "replace"), _INSTEAD)
    return page


def _as_json(report: CheckReport) -> dict:
    return {
        "format": 1,
        "name": report.source.name,
        "found": len(report.verdicts),
        "usable": report.usable,
        "unreadable": report.unreadable,
        "class_counts": report.class_counts,
        "set_notes": [{"finding": finding, "detail": detail} for finding, _count, detail in report.set_notes],
        "passed_over": [{"name": name, "reason": reason} for name, reason in report.source.skipped],
        "pictures": [
            {
                "name": verdict.name,
                "size": verdict.size,
                "dropped": verdict.dropped,
                "notes": verdict.notes,
                "twin": verdict.twin,
            }
            for verdict in report.verdicts
            if verdict.dropped or verdict.notes
        ],
    }


def _as_page(report: CheckReport) -> str:
    pictures = {picture.name: picture for picture in report.source.pictures}
    dropped = [verdict for verdict in report.verdicts if verdict.dropped]
    noted = [verdict for verdict in report.verdicts if not verdict.dropped and verdict.notes]
    rows = "\n".join(
        f'<tr><td>{_text(finding)}</td><td class="count">{count}</td><td>{_text(example)}</td></tr>'
        for finding, count, example in report.table()
    )
    return _PAGE.format(
        title=f"Pictures in {html.escape(_visible(report.source.name))}",
        summary=f"{report.usable} of {len(report.verdicts)} pictures can be used. The originals were not touched.",
        rows=rows,
        sections=_section("Left out", dropped, pictures) + _section("Kept, but look at these", noted, pictures),
    )


def _section(title: str, verdicts: list[Verdict], pictures: dict[str, Picture]) -> str:
    if not verdicts:
        return ""
    shown = verdicts[: MAX_THUMBNAILS // 2]
    more = len(verdicts) - len(shown)
    rest = f"<p>{more} more are listed in report.json.</p>" if more else ""
    items = "\n".join(_item(verdict, pictures[verdict.name]) for verdict in shown)
    return f"<h2>{title} ({len(verdicts)})</h2>\n<ul>\n{items}\n</ul>\n{rest}"


def _item(verdict: Verdict, picture: Picture) -> str:
    reasons = [verdict.dropped[1]] if verdict.dropped else [detail for _note, detail in verdict.notes]
    data = _thumbnail(picture)
    image = f'<img alt="" src="data:image/png;base64,{data}">' if data else '<span class="none">no picture</span>'
    return f"<li>{image}<strong>{_text(verdict.name)}</strong><br>{'<br>'.join(map(_text, reasons))}</li>"


def _thumbnail(picture: Picture) -> str | None:
    """A small PNG as base64, made anew from the pixels so that nothing of the original file gets into the page."""
    try:
        image = picture.load((_SIDE, _SIDE))
    except PictureError:
        return None
    scale = min(_SIDE / image.width, _SIDE / image.height, 1.0)
    image = image.resize(
        (max(1, round(image.width * scale)), max(1, round(image.height * scale))), Image.Resampling.BOX
    )
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _text(words: str) -> str:
    """Words from a stranger as plain text, escaped and kept from turning the reading direction around them."""
    return f"<bdi>{html.escape(_visible(words))}</bdi>"


def _visible(words: str) -> str:
    """Control characters and direction marks are spelled out."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in words)
