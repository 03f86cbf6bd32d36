"""Files in docs/ that a tool writes: write them, or with --check compare them with what would be written."""

import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def write_or_check(wanted: Mapping[Path, str], pattern: str, tool: str) -> None:
    """Write `wanted` (path -> text, all in one folder); with --check leave with 1 when a file is not that, or too many.

    pattern  what the tool's files are called; others in the folder are not its own
    """
    folder = next(iter(wanted)).parent
    if "--check" in sys.argv[1:]:
        stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
        stale += [path for path in folder.glob(pattern) if path not in wanted]
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: python tools/{tool}")
        sys.exit(bool(stale))
    folder.mkdir(exist_ok=True)
    for path, text in wanted.items():
        path.write_text(text, "utf-8")
    print(f"{len(wanted)} files in {folder.relative_to(ROOT)}")
