"""Check the documentation: every link to a file leads somewhere, every Python example is Python.

python tools/check_docs.py
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)|<img[^>]+src=\"([^\"]+)\"")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Every Markdown page of the project."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/**/*.md")])


def problems(page: Path) -> list[str]:
    """What is wrong with one page, a line each."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in LINK.finditer(CODE.sub("", text)):
        target = (match[1] or match[2]).partition("#")[0]
        if target and ":" not in target and not (page.parent / target).exists():
            found.append(f"{page.relative_to(ROOT)}: the link to {target} leads nowhere")
    for example in EXAMPLE.findall(text):
        try:
            compile(example, str(page), "exec")
        except SyntaxError as error:
            found.append(f"{page.relative_to(ROOT)}: an example is not Python: {error}")
    return found


def main() -> None:
    """Print what is wrong and leave with 1, or say that nothing is."""
    found = [problem for page in pages() for problem in problems(page)]
    print("\n".join(found) or f"{len(pages())} pages of documentation: links and examples are sound.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
