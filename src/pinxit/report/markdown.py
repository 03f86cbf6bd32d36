"""The card as Markdown with the front matter of a Hugging Face model card."""

import re
from collections.abc import Iterator, Sequence

from pinxit.report.blocks import Block, Bullets, Code, Paragraph, Section, Sheet, Table
from pinxit.report.chart import Line
from pinxit.report.escaping import to_markdown, to_yaml
from pinxit.report.facts import Facts
from pinxit.report.rights import hub_licence
from pinxit.report.story import summary

MOST_MOMENTS = 8
_HUB_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")


def as_markdown(facts: Facts, sections: Sequence[Section]) -> str:
    """Front matter, then the same story as the page; pictures as links to the files beside it."""
    lines = [*front_matter(facts), "", f"# {to_markdown(facts.name)}", "", to_markdown(summary(facts)), ""]
    if facts.score:
        lines += [f"**{to_markdown(facts.score.headline)}**", ""]
    lines += as_sections(sections)
    lines.append(
        f"Written by pinxit {to_markdown(facts.pinxit)}. The same as a page: index.html; all figures: report.json."
    )
    return "\n".join(lines) + "\n"


def as_sections(sections: Sequence[Section]) -> Iterator[str]:
    """Headings and blocks, line by line."""
    for section in sections:
        yield from (f"## {to_markdown(section.title)}", "")
        for block in section.blocks:
            yield from (*as_block(block), "")


def front_matter(facts: Facts) -> Iterator[str]:
    """YAML: what the Hub reads. Every value is quoted; a data set whose name the Hub could not take is left to the text."""
    yield "---"
    for name, value in hub_licence(facts.licence).items():
        yield f"{name}: {to_yaml(value)}"
    yield f"library_name: {to_yaml('pinxit')}"
    yield f"pipeline_tag: {to_yaml('unconditional-image-generation')}"
    yield from a_list("tags", ["pinxit", facts.family, "image-generation", "safetensors"])
    if facts.data.name and _HUB_NAME.fullmatch(facts.data.name):
        yield from a_list("datasets", [facts.data.name])
    if facts.score:
        yield from a_list("metrics", ["kid", "fid", "precision", "recall"])
    yield "---"


def a_list(name: str, values: Sequence[str]) -> Iterator[str]:
    """A YAML list of quoted words."""
    yield f"{name}:"
    yield from (f"- {to_yaml(value)}" for value in values)


def as_block(block: Block) -> Iterator[str]:
    """One block, line by line."""
    match block:
        case Paragraph(words):
            yield to_markdown(words)
        case Bullets(items):
            yield from (f"- {to_markdown(item)}" for item in items)
        case Table(rows, head):
            yield from as_table(head or ("", ""), rows)
        case Code(words, language):
            yield from (f"```{language}", *words.split("\n"), "```")
        case Line():
            yield to_markdown(block.in_words())
            yield ""
            yield from as_table(("Pictures seen", "Value"), moments(block))
        case Sheet():
            yield f"![{to_markdown(block.shows)}]({block.file})"
            yield ""
            yield to_markdown(block.below)


def as_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table of GitHub's Markdown."""
    yield a_row(head)
    yield "|" + " --- |" * len(head)
    yield from map(a_row, rows)


def a_row(cells: Sequence[str]) -> str:
    """A row of a table; to_markdown keeps every cell to its own."""
    return f"| {' | '.join(map(to_markdown, cells))} |"


def moments(line: Line) -> list[tuple[str, str]]:
    """A few moments of a line, evenly, the last among them."""
    step = -(-len(line.seen) // MOST_MOMENTS)
    places = range(len(line.seen) - 1, -1, -step)[::-1]
    return [(f"{line.seen[place]:,}", line.form.format(line.values[place])) for place in places]
