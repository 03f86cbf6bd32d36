"""Types and habits of the studio's page: `tsc --checkJs` and ESLint, in the versions that package-lock.json pins.

    python tools/check_page/check.py

Nobody who uses pinxit needs Node; where it is not there, nothing is checked, and that is said.
"""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OLDEST = 20
PATIENCE = 300
"""Seconds that fetching the checkers may take."""


def main() -> int:
    """0 when all is well, or cannot be looked at here."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return passed_over("there is no Node here")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if int(version.lstrip("v").partition(".")[0] or 0) < OLDEST:
        return passed_over(f"Node {version} is older than {OLDEST}")
    if not up_to_date() and (why := install(npm)):
        return passed_over(f"the checkers could not be fetched ({why})")
    tools = HERE / "node_modules" / ".bin"
    wrong = [
        subprocess.run([str(tools / command[0]), *command[1:]], cwd=ROOT, check=False).returncode
        for command in (
            ["tsc", "--project", str(HERE / "tsconfig.json")],
            ["eslint", "--config", str(HERE / "eslint.config.js"), "src/pinxit/studio/page"],
        )
    ]
    if not any(wrong):
        print("The studio's page: types and habits are sound.")
    return max(wrong)


def passed_over(why: str) -> int:
    """Say that nothing was checked."""
    print(f"The studio's page was NOT checked: {why}. What is checked: tools/check_page.")
    return 0


def up_to_date() -> bool:
    """Whether the checkers are there as package-lock.json has them."""
    there, wanted = HERE / "node_modules" / ".package-lock.json", HERE / "package-lock.json"
    return there.exists() and there.stat().st_mtime >= wanted.stat().st_mtime


def install(npm: str) -> str:
    """Fetch the checkers. Returns what went wrong, "" for nothing."""
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return f"not in {PATIENCE} seconds"
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["npm ci"])[-1][:200]


if __name__ == "__main__":
    sys.exit(main())
