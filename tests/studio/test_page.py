"""The page's files: nothing inline, nothing from outside, small, and every word in Chinese too."""

import json
import re
from importlib import resources
from pathlib import Path

from pinxit.studio.server import page_files

PAGE = Path(str(resources.files("pinxit.studio"))) / "page"
OURS = sorted(PAGE.glob("*.js"))


def test_every_file_has_its_one_name(opened):
    files = page_files()
    assert {"index.html", "studio.js", "studio.css", "vendor/lit-html.js", "vendor/uplot.js"} <= set(files)
    for name, (content, kind, tag) in files.items():
        answer = opened.ask(f"/{name}", authorization="")
        assert answer.status == 200
        assert answer.content == content
        assert answer.headers["content-type"].startswith(kind)
        assert opened.ask(f"/{name}", authorization="", if_none_match=tag).status == 304


def test_nothing_inline_and_nothing_from_outside():
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    assert "style=" not in html
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*src=)", html)
    for file in [*OURS, PAGE / "index.html", PAGE / "studio.css"]:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"""(src|href|import|url)\W{0,3}(\(|=|from)?\s*['"`(]?(https?:)?//""", text), file
        assert not [word for word in (" style=$", "unsafeHTML", "innerHTML") if word in text], file


def test_the_first_page_is_small():
    first = [
        "index.html",
        "studio.css",
        "icon.svg",
        "studio.js",
        "base.js",
        "live.js",
        "explore.js",
        "mixing.js",
        "pad.js",
        "thumb.js",
        "taste.js",
        "directions.js",
        "family.js",
    ]
    vendor = ["lit-element.js", "lit-html.js", "reactive-element.js", "css-tag.js"]
    names = [*first, *(f"vendor/{name}" for name in vendor)]
    assert sum((PAGE / name).stat().st_size for name in names) < 150_000
    preloaded = re.findall(r'rel="modulepreload" href="(.*?)"', (PAGE / "index.html").read_text("utf-8"))
    assert {*preloaded, "studio.js"} == {name for name in names if name.endswith(".js")}


def words_of_the_page() -> set[str]:
    found: set[str] = set()
    for file in OURS:
        text = file.read_text(encoding="utf-8")
        if file.name.startswith("words"):
            continue
        found |= set(re.findall(r"\bt\(\s*'((?:[^'\\]|\\.)*)'", text))
        found |= set(re.findall(r"(?:title|help): '((?:[^'\\]|\\.)*)'", text))
        for table in re.findall(
            r"(?:GROUPS|STATES|KINDS|PAPERS|SWITCHES|WAYS|EASINGS|CHOICES) = \{(.*?)\};", text, re.DOTALL
        ):
            found |= set(re.findall(r": '([^']*)'", table))
            found |= {word for pair in re.findall(r": \['([^']*)', '([^']*)'\]", table) for word in pair}
        for table in re.findall(r"KEYS = \[(.*?)\n\];", text, re.DOTALL):
            found |= set(re.findall(r"\['[^']+', '([^']*)'\]", table))
    return found - {"", "English", "中文"}


def table_of(name: str) -> dict[str, str]:
    text = (PAGE / name).read_text(encoding="utf-8")
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def test_every_setting_is_there_in_chinese(opened):
    table = {**table_of("words.settings.zh.js"), **table_of("words.zh.js")}
    families = opened.ask("/api/families").json
    works = opened.ask("/api/works/settings").json
    shown = ("size", "strength", "strokes", "keep_colours", "steps", "seamless")
    fields = [field for family in families for field in family["fields"] if not field["hidden"]]
    fields += [field for form in works.values() for field in form if field["name"] in shown]
    words = {family["about"] for family in families} | {field["help"] for field in fields}
    words |= {field["name"].replace("_", " ") for field in fields}
    renaming = (PAGE / "fields.js").read_text("utf-8").split("CHOICES = {")[1].split("};")[0]
    renamed = set(re.findall(r"'?([\w-]+)'?: '", renaming))
    proper = {"pytorch", "tensorflow", "cpu", "cuda", "mps", "float32", "bf16", "minilm"}
    choices = {choice for field in fields for choice in field["choices"] or () if isinstance(choice, str)}
    assert choices & renamed
    words |= choices - renamed - proper
    assert sorted(words - set(table)) == []


def test_every_word_is_there_in_chinese():
    table = table_of("words.zh.js")
    assert sorted(words_of_the_page() - set(table)) == []
    for english, chinese in table.items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", chinese)), english
