"""What a card is put together from, before anybody decides how it is shown."""

from dataclasses import dataclass

from pinxit.report.chart import Line


@dataclass(frozen=True)
class Sheet:
    """A picture of the card: `file` in the report folder, what it shows, and a line below it."""

    file: str
    shows: str
    below: str
    about: str = "new"
    """ "new": painted pictures; "pairs": beside training pictures."""


@dataclass(frozen=True)
class Paragraph:
    """A few sentences."""

    words: str


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """`head` is None for a table of names and values."""

    rows: tuple[tuple[str, ...], ...]
    head: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Code:
    """Lines to type."""

    words: str
    language: str = ""


Block = Paragraph | Bullets | Table | Sheet | Line | Code


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Block, ...]
