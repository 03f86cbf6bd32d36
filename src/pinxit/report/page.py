"""A card, or a comparison, as one self-contained page: pictures inside, no script, no network; light, dark, phone, paper."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

from pinxit.report.blocks import Block, Bullets, Code, Paragraph, Section, Sheet, Table
from pinxit.report.chart import Line
from pinxit.report.escaping import to_html
from pinxit.report.facts import Facts
from pinxit.report.story import summary

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{tab}</title>
<style>
:root {{ --paper: #faf8f4; --ink: #2b2926; --faint: #6b665d; --rule: #e3ded4; --card: #fff; --mark: #a8452b }}
@media (prefers-color-scheme: dark) {{
  :root {{ --paper: #1b1a18; --ink: #ece8e1; --faint: #a8a196; --rule: #3a3732; --card: #25231f; --mark: #e8835f }}
}}
@media print {{ :root {{ --paper: #fff; --ink: #000; --faint: #444; --rule: #bbb; --card: #fff; --mark: #7a2e1a }} }}
* {{ box-sizing: border-box }}
body {{ font: 16px/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 4rem;
  color: var(--ink); background: var(--paper); overflow-wrap: anywhere }}
h1 {{ font-size: 2rem; line-height: 1.2; margin: 1rem 0 .25rem }}
h2 {{ font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--rule) }}
.summary {{ font-size: 1.1rem; margin: 0 }}
.verdict {{ font-size: 1.1rem; font-weight: 600; color: var(--mark); margin: .25rem 0 0 }}
p, li {{ max-width: 44rem }} li {{ margin: .35rem 0 }} ul {{ padding-left: 1.2rem }}
figure {{ margin: 1.25rem 0; break-inside: avoid }}
figure img, figure svg {{ display: block; width: 100%; height: auto }}
figure img {{ border-radius: .4rem }}
figcaption {{ color: var(--faint); font-size: .9rem; margin-top: .4rem; max-width: 44rem }}
table {{ border-collapse: collapse; width: 100%; margin: .75rem 0; font-variant-numeric: tabular-nums }}
td, th {{ text-align: left; vertical-align: top; padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--rule) }}
th {{ font-weight: 600 }} td:first-child {{ min-width: 6.5rem }}
table.pairs th {{ width: 12rem; color: var(--faint); font-weight: 400 }}
pre {{ background: var(--card); border: 1px solid var(--rule); border-radius: .4rem; padding: .75rem 1rem; overflow-x: auto;
  font: 14px/1.5 ui-monospace, monospace; overflow-wrap: normal }}
svg {{ background: var(--card); border: 1px solid var(--rule); border-radius: .4rem }}
svg text {{ font: 12px system-ui, sans-serif; fill: var(--faint) }}
svg .axis, svg .grid {{ fill: none; stroke: var(--faint) }} svg .grid {{ stroke: var(--rule) }}
svg .stroke {{ fill: none; stroke: var(--mark); stroke-width: 2; stroke-linejoin: round }} svg .dot {{ fill: var(--mark) }}
footer {{ color: var(--faint); font-size: .9rem; margin-top: 3rem }}
@media (max-width: 36rem) {{
  h1 {{ font-size: 1.6rem }}
  table.pairs th, table.pairs td {{ display: block; width: auto; border: 0; padding: 0 }}
  table.pairs tr {{ display: block; padding: .4rem 0; border-bottom: 1px solid var(--rule) }}
}}
</style>
</head>
<body>
<header>
<h1>{heading}</h1>
<p class="summary">{summary}</p>
{verdict}</header>
<main>
{sections}
</main>
<footer>{footer}</footer>
</body>
</html>
"""


def as_page(facts: Facts, sections: Sequence[Section], pictures: Mapping[str, bytes], widths: Mapping[str, int]) -> str:
    """A card. `pictures`: file -> PNG; `widths`: file -> how wide it is shown at most, in CSS pixels."""
    footer = f"Written by pinxit {facts.pinxit}. The same as Markdown: README.md; all figures: report.json."
    verdict = facts.score.headline if facts.score else ""
    return fill(f"{facts.name}: report card", facts.name, summary(facts), verdict, sections, pictures, widths, footer)


def fill(
    tab: str,
    heading: str,
    about: str,
    verdict: str,
    sections: Sequence[Section],
    pictures: Mapping[str, bytes],
    widths: Mapping[str, int],
    footer: str,
) -> str:
    """Any page of this kind; words come unescaped, `verdict` may be empty."""
    return PAGE.format(
        tab=to_html(tab),
        heading=to_html(heading),
        summary=to_html(about),
        verdict=f'<p class="verdict">{to_html(verdict)}</p>\n' if verdict else "",
        sections="\n".join(as_section(section, pictures, widths) for section in sections),
        footer=to_html(footer),
    )


def as_section(section: Section, pictures: Mapping[str, bytes], widths: Mapping[str, int]) -> str:
    """A heading and its blocks."""
    blocks = "\n".join(as_block(block, pictures, widths) for block in section.blocks)
    return f"<section>\n<h2>{to_html(section.title)}</h2>\n{blocks}\n</section>"


def as_block(block: Block, pictures: Mapping[str, bytes], widths: Mapping[str, int]) -> str:
    """One block as HTML."""
    match block:
        case Paragraph(words):
            return f"<p>{to_html(words)}</p>"
        case Bullets(items):
            return "<ul>\n" + "\n".join(f"<li>{to_html(item)}</li>" for item in items) + "\n</ul>"
        case Table():
            return as_table(block)
        case Code(words):
            lines = "\n".join(map(keep_indent, words.split("\n")))
            return f"<pre><code>{lines}</code></pre>"
        case Line():
            return f"<figure>{block.svg()}<figcaption>{to_html(block.title)}</figcaption></figure>"
        case Sheet():
            data = b64encode(pictures[block.file]).decode("ascii")
            return (
                f'<figure><img src="data:image/png;base64,{data}" alt="{to_html(block.shows)}" '
                f'style="max-width: {widths[block.file]}px"><figcaption>{to_html(block.below)}</figcaption></figure>'
            )


def as_table(table: Table) -> str:
    """Rows of names and values, or a table with a head."""
    if table.head is None:
        rows = "\n".join(f"<tr><th>{to_html(name)}</th><td>{to_html(value)}</td></tr>" for name, value in table.rows)
        return f'<table class="pairs"><tbody>\n{rows}\n</tbody></table>'
    head = "".join(f"<th>{to_html(name)}</th>" for name in table.head)
    rows = "\n".join("<tr>" + "".join(f"<td>{to_html(value)}</td>" for value in row) + "</tr>" for row in table.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def keep_indent(line: str) -> str:
    """A line of code, escaped, with the spaces it begins with."""
    return " " * (len(line) - len(line.lstrip())) + to_html(line)
