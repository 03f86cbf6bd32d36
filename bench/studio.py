"""Speed of the studio with its real page in Chromium: start, first page, drag to frame (also while a gentle training runs),
10,000 kept pictures, memory.

    python -m bench.studio

Writes bench/results/studio.json. Run it on a quiet machine.
"""

import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

RESULT = Path(__file__).parent / "results" / "studio.json"
KEPT = 10_000
WATCH_TASKS = """window.long = [];
const note = (list) => window.long.push(...list.getEntries().map((one) => one.duration));
new PerformanceObserver(note).observe({type: 'longtask'})"""
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def start(home: Path) -> tuple[subprocess.Popen, str, float]:
    began = time.perf_counter()
    command = [sys.executable, "-m", "pinxit", "studio", "--no-browser", "--port", "0", "--home", str(home)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().rpartition(" ")[2].strip(), began


def memory(pid: int) -> float:
    """Resident megabytes."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def fill(home: Path) -> None:
    """10,000 rows and as many files, all the same picture."""
    with sqlite3.connect(home / "studio" / "studio.sqlite") as store:
        row = store.execute("select * from kept limit 1").fetchone()
        names = [told[1] for told in store.execute("pragma table_info(kept)")]
        picture = (home / "studio" / "kept" / f"{row[0]}.png").read_bytes()
        for number in range(KEPT):
            key = f"{number:012x}"
            store.execute(
                f"insert into kept ({','.join(names)}) values ({','.join('?' * len(names))})", (key, *row[1:])
            )
            (home / "studio" / "kept" / f"{key}.png").write_bytes(picture)


def drag(page) -> list[float]:
    page.locator(".wall .tile").nth(2).click()
    page.evaluate("window.times = []; window.addEventListener('frame', (event) => window.times.push(event.detail))")
    box = page.locator(".pad").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 90)
    page.mouse.down()
    for step in range(200):
        page.mouse.move(box["x"] + 20 + step % 120, box["y"] + 90 - step % 60)
        page.wait_for_timeout(16)
    page.mouse.up()
    page.wait_for_timeout(500)
    return sorted(page.evaluate("window.times"))


def of_drags(times: list[float]) -> dict[str, float]:
    return {"median": statistics.median(times), "p95": times[int(0.95 * len(times))], "frames": len(times)}


@contextmanager
def gentle_training(folder: Path) -> Iterator[None]:
    """A training at low priority, begun as the studio begins one, from its first report on."""
    words = ["train", "peeps", "--family", "dcgan", "--size", "64", "--seen", "10000000", "--gentle", "--no-report"]
    command = [sys.executable, "-m", "pinxit", *words, "--out", str(folder), "--set", "report_every=100"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        while not (folder / "progress.jsonl").exists():
            assert process.poll() is None, "the training did not begin"
            time.sleep(0.5)
        yield
    finally:
        process.kill()
        process.wait()


def main() -> None:
    found: dict = {"cores": os.cpu_count()}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        process, address, began = start(home)
        page, sizes = browser.new_page(), []
        page.on(
            "response",
            lambda one: sizes.append(int(one.headers.get("content-length", 0))) if "/api/" not in one.url else None,
        )
        page.goto(address)
        page.locator(".rail").wait_for()
        found["start to first page, s"] = round(time.perf_counter() - began, 2)
        found["first page, bytes"] = sum(sizes)
        found["idle server, MB"] = round(memory(process.pid), 1)
        page.wait_for_function("() => document.querySelectorAll('.wall canvas')[35]?.width === 96", timeout=120_000)
        found["start to a full wall, s"] = round(time.perf_counter() - began, 2)
        found["drag to frame, ms"] = of_drags(drag(page))
        with gentle_training(home / "training"):
            found["drag to frame while a gentle training runs, ms"] = of_drags(drag(page))
        page.keyboard.press("s")
        page.get_by_text("Kept.").wait_for()
        fill(home)
        page.evaluate("location.hash = '#/kept'")
        page.locator(".scroll .tile img").first.wait_for()
        page.evaluate(WATCH_TASKS)
        for _ in range(100):
            page.mouse.wheel(0, 3000)
            page.wait_for_timeout(30)
        found["10,000 kept, longest task while scrolling, ms"] = max(page.evaluate("window.long"), default=0)
        process.terminate()
        process.wait()
        browser.close()
    RESULT.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
