"""The real program, in a process of its own, and the Chromium that is installed, or that Debian has."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = ("apt-get", "install", "--yes", "--no-install-recommends", "chromium")
PATIENCE = int(os.environ.get("PINXIT_PATIENCE", "90000"))
"""Milliseconds that a page may take; a busy machine takes some."""
AXE = Path(__file__).parent / "vendor" / "axe.js"
PICTURES = os.environ.get("PINXIT_SCREENSHOTS")
"""Where screenshots go; without it none are made."""


@dataclass
class Program:
    """`pinxit studio` as a person starts it."""

    address: str
    home: Path
    process: subprocess.Popen[str]


@contextmanager
def started(home: Path, *words: str) -> Iterator[Program]:
    """A studio on a free port."""
    command = [sys.executable, "-m", "pinxit", "studio", *words, "--no-browser", "--port", "0", "--home", str(home)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().rpartition(" ")[2].strip()
    yield Program(address, home, process)
    process.terminate()
    process.wait(20)
    process.stdout.close()


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Iterator[Program]:
    """A studio with nothing in it: each file of tests has its own."""
    with started(tmp_path_factory.mktemp("home")) as found:
        yield found


def find_chromium() -> str | None:
    """The browser that is installed, if any; PINXIT_CHROMIUM names another one."""
    return os.environ.get("PINXIT_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def install_chromium() -> str | None:
    """Debian's, where this process may install it. Returns the browser, or None where that did not go."""
    may = shutil.which(INSTALL[0]) and getattr(os, "geteuid", lambda: 1)() == 0
    if may:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in ((INSTALL[0], "update", "--quiet"), INSTALL):
            subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)
    return find_chromium()


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests. Without one they are skipped; in CI, where nobody reads of skipped tests, they fail."""
    found = find_chromium() or install_chromium()
    if found is None:
        missing = f"There is no Chromium here, and it could not be installed. On Debian, as root: {' '.join(INSTALL)}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Seen:
    """What a page did that nobody should see."""

    outside: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def page(chromium, program):
    """A window on the studio, let in; it notes requests to elsewhere and errors."""
    window = chromium.new_page(viewport={"width": 1360, "height": 850})
    window.set_default_timeout(PATIENCE)
    seen = Seen()
    own = program.address.partition("#")[0]
    window.on(
        "request", lambda one: seen.outside.append(one.url) if not one.url.startswith((own, "blob:", "data:")) else None
    )
    window.on("pageerror", lambda error: seen.wrong.append(str(error)))
    window.on("console", lambda line: seen.wrong.append(line.text) if line.type == "error" else None)
    window.on("response", lambda one: seen.wrong.append(f"{one.status} {one.url}") if one.status >= 400 else None)
    window.goto(program.address)
    window.seen = seen
    yield window
    window.close()


def go(page, place: str) -> None:
    """To one of the places, by its address, and until it is quiet."""
    page.evaluate(f"location.hash = '#/{place}'")
    page.wait_for_timeout(400)


def keep(page, wish, model: str = "peeps") -> None:
    """Star a picture as the page does."""
    page.evaluate(
        "async (body) => (await import(new URL('base.js', document.baseURI))).ask('kept', {body})",
        {"model": model, "wish": wish},
    )


def axe(page) -> list[str]:
    """What axe-core finds wrong with the page as it is."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found["violations"]]


def shoot(page, name: str) -> None:
    """A small screenshot for the documentation, when somebody asked for them."""
    if PICTURES is None:
        return
    import io

    from PIL import Image

    Path(PICTURES).mkdir(parents=True, exist_ok=True)
    hide = "(hidden) => { for (const one of document.querySelectorAll('.toasts')) one.hidden = hidden; }"
    page.evaluate(hide, True)
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.evaluate(hide, False)
    image = image.resize((1020, round(image.height * 1020 / image.width)), Image.Resampling.LANCZOS)
    image.save(Path(PICTURES) / f"{name}.webp", quality=82, method=6)
