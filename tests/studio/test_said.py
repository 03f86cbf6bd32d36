"""What the program says, in Chinese: every sentence of the studio is there, and none that nobody says any more."""

import ast
import re
from pathlib import Path

from tests.studio.test_page import table_of

import pinxit

SOURCE = Path(pinxit.__file__).parent
SAYING = {"conflict", "missing", "Refused", "HTTPException", "UsageError", "DataError", "ModelFileError", "in_limits"}
"""What is called with a sentence that a page may show."""


def template(node: ast.AST) -> str | None:
    """A text or an f-string, what is filled in as {0}, {1} …"""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    holes = iter(range(len(node.values)))
    return "".join(str(part.value) if isinstance(part, ast.Constant) else f"{{{next(holes)}}}" for part in node.values)


def sentence(node: ast.AST) -> str | None:
    """A template that ends as a sentence does and begins like one: no pattern, and no piece of an f-string."""
    text = template(node)
    return text if text and re.match(r"[A-Zp]", text) and text.endswith((".", "”.")) else None


def trees(folder: Path):
    for file in sorted(folder.rglob("*.py")):
        yield file, ast.parse(file.read_text("utf-8"))


def test_every_sentence_of_the_studio_is_there_in_chinese():
    table, said = table_of("words.said.zh.js"), set()
    for _, tree in trees(SOURCE / "studio"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAYING:
                said |= {text for one in node.args if (text := template(one)) not in (None, "", "Not Found")}
    for name in ("rights", "copies"):  # of which the Model page shows every sentence
        tree = ast.parse((SOURCE / "report" / f"{name}.py").read_text("utf-8"))
        about = {template(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        said |= {text for node in ast.walk(tree) if (text := sentence(node)) and text not in about}
    assert len(said) > 100
    assert sorted(said - set(table)) == []


def test_no_sentence_is_there_that_nobody_says_and_each_has_its_holes():
    said = {template(node) for _, tree in trees(SOURCE) for node in ast.walk(tree)}
    for english, chinese in table_of("words.said.zh.js").items():
        assert english in said, english
        assert set(re.findall(r"\{\d\}", chinese)) <= set(re.findall(r"\{\d\}", english)), english
