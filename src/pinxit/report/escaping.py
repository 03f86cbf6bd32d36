"""Words from strangers as nothing but words: in HTML, in Markdown, in YAML.

Names of folders, labels, notes and headers of model files may hold anything. Each passes through here on its way out.
"""

import html
import json
import re
from typing import Any

MOST = 600
_JOINERS = "\u200c\u200d"
"""Invisible letters that scripts and emoji need, and that cannot turn text round or break a line."""
_SPECIAL = re.compile(r"([\\`*_\[\]|#~$])")
_BEGINS_BLOCK = re.compile(r"^(\d{1,9})([.)])(?=\s|$)|^([-+=])")
_LINKS = ((re.compile(r":(?=//)"), "\\:"), (re.compile(r"(?i)(www)\."), r"\1\."), (re.compile(r"@"), "\\@"))


def plain(words: Any, most: int = MOST) -> str:
    """One line of printable text: white space is one space, and what is invisible or turns text round is spelled out."""
    line = " ".join(str(words)[: 4 * most].split())
    shown = "".join(
        letter if letter.isprintable() or letter in _JOINERS else f"\\u{ord(letter):04x}" for letter in line
    )
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def to_html(words: Any) -> str:
    """Text or an attribute's value in a page."""
    return html.escape(plain(words, 10 * MOST))


def to_markdown(words: Any) -> str:
    """Text in Markdown, also in a table: no markup, no HTML, no link, no new block."""
    text = html.escape(plain(words, 10 * MOST), quote=False)
    text = _SPECIAL.sub(r"\\\1", text)
    for pattern, instead in _LINKS:
        text = pattern.sub(instead, text)
    return _BEGINS_BLOCK.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", text)


def to_yaml(words: Any) -> str:
    """A quoted YAML scalar. JSON's strings are YAML's, once every letter is printable."""
    return json.dumps(plain(words), ensure_ascii=False)
