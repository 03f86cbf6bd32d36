"""Write docs/lessons/*.ipynb, English and Chinese, from the .py files beside them.

python tools/lessons.py           write them anew
python tools/lessons.py --check   leave with 1 when a notebook is not what would be written

A lesson is cells between lines `# %%` (code) and `# %% [markdown] en` or `zh` (words, as one string). Both notebooks of a
lesson have the same code; the tests run it.
"""

import ast
import json
import re
from pathlib import Path
from typing import Any

from written import ROOT, write_or_check

LESSONS = ROOT / "docs" / "lessons"
ENDINGS = {"en": ".ipynb", "zh": ".zh.ipynb"}


def cells_of(lesson: Path) -> list[tuple[str, str]]:
    """(kind, text) of each cell: kind "code", "en" or "zh"."""
    pieces = re.split(r"^# %%(.*)\n", lesson.read_text("utf-8"), flags=re.MULTILINE)[1:]
    cells = []
    for head, body in zip(pieces[::2], pieces[1::2], strict=True):
        language = head.strip().removeprefix("[markdown]").strip()
        text = ast.literal_eval(body.strip()).strip() if head.strip() else body.strip()
        cells.append((language or "code", text))
    return cells


def notebook(lesson: Path, language: str) -> str:
    """The notebook as JSON, without outputs."""
    cells: list[dict[str, Any]] = []
    for kind, text in cells_of(lesson):
        if kind not in ("code", language):
            continue
        shared = {"id": f"cell-{len(cells)}", "metadata": {}, "source": text.splitlines(keepends=True)}
        if kind == "code":
            cells.append({"cell_type": "code", "execution_count": None, "outputs": [], **shared})
        else:
            cells.append({"cell_type": "markdown", **shared})
    about = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    told = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write, or compare."""
    wanted = {
        lesson.with_suffix(ending): notebook(lesson, language)
        for lesson in sorted(LESSONS.glob("*.py"))
        for language, ending in ENDINGS.items()
    }
    write_or_check(wanted, "*.ipynb", "lessons.py")


if __name__ == "__main__":
    main()
