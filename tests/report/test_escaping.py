"""Words from strangers stay words, as real readers of HTML, Markdown and YAML see them."""

from html.parser import HTMLParser

import pytest
import yaml
from markdown_it import MarkdownIt

from pinxit.report.escaping import plain, to_html, to_markdown, to_yaml

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "`code` **bold** _it_ ~~gone~~ $x$",
    "a\n---\nlicense: mit\n---\n# Title",
    "[click](javascript:alert(1)) ![x](http://example.org/x.png)",
    "http://example.org www.example.org me@example.org",
    "| a | b |",
    "- item",
    "1. item",
    "> quote &lt;b&gt; &amp;",
    "\u202ednammoc\u202c \u2066x\u2069 \x00 \x1b[31m \x85 \u2028 \ud800",
    "'single' \"double\" \\ back: slash #no !!python/object:x",
    "図 é 🎨 👩\u200d🎨",
    "{curly} %s {0}",
    "*" * 10_000,
]


@pytest.mark.parametrize("words", HOSTILE)
def test_plain_is_one_printable_line(words):
    shown = plain(words)
    assert len(shown) <= 600
    assert all(letter.isprintable() or letter in "\u200c\u200d" for letter in shown)
    assert shown.encode("utf-8")


class Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.text, self.tags = "", []

    def handle_data(self, data):
        self.text += data

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("words", HOSTILE)
def test_html_shows_the_very_words(words):
    page = Text()
    page.feed(f'<p title="{to_html(words)}">{to_html(words)}</p>')
    page.close()
    wanted = plain(words, 6000)
    assert page.tags == [("p", {"title": wanted})]
    assert page.text == wanted


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize(
    "form", ["{}\n", "- {}\n", "| a | b |\n| --- | --- |\n| {} | x |\n", "# {}\n", "![{}](a.png)\n"]
)
def test_markdown_shows_the_very_words(words, form):
    shown = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(form.format(to_markdown(words)))
    page = Text()
    page.feed(shown)
    page.close()
    tags = {tag for tag, _ in page.tags}
    assert tags <= {"p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "h1", "img"}
    wanted = plain(words, 6000)
    if "img" in tags:
        assert [about for tag, about in page.tags if tag == "img"] == [{"src": "a.png", "alt": wanted}]
    else:
        assert wanted in page.text
    assert len([tag for tag, _ in page.tags if tag in ("p", "li", "h1")]) <= 2


@pytest.mark.parametrize("words", HOSTILE)
def test_yaml_reads_the_very_words(words):
    assert yaml.safe_load(f"---\nname: {to_yaml(words)}\nlist:\n- {to_yaml(words)}\n") == {
        "name": plain(words),
        "list": [plain(words)],
    }


def test_links_are_not_made_by_readers_that_look_for_them():
    shown = to_markdown("see http://example.org, www.example.org or me@example.org")
    assert shown == r"see http\://example.org, www\.example.org or me\@example.org"
