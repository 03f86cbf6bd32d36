"""Every lesson runs from its first cell to its last, as a notebook would run it, in little time."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted((ROOT / "docs" / "lessons").glob("*.ipynb"))


@pytest.mark.parametrize("lesson", [path for path in LESSONS if ".zh" not in path.name], ids=lambda path: path.stem)
def test_every_cell_runs(lesson, tmp_path):
    code = [
        "".join(cell["source"])
        for cell in json.loads(lesson.read_text("utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    for cell in code:
        ast.parse(cell)
    script = tmp_path / "lesson.py"
    script.write_text("\n".join(code), "utf-8")
    found = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path,
        env=os.environ | {"LESSON_SECONDS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-2000:]


def test_both_languages_have_the_same_code():
    for lesson in LESSONS:
        if ".zh" in lesson.name:
            continue
        both = [lesson, lesson.with_suffix(".zh.ipynb")]
        english, chinese = (
            [cell["source"] for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
            for path in both
        )
        assert english == chinese
