"""What a person who types `pinxit style` waits for, and how much memory it takes.

    python -m bench.style_command PHOTO PAINTING [--side 512] [--large 2048] [--busy]

At `--side` pixels, with everything else as it comes: seconds until the preview file is there for the first time, and until the
picture is. At `--large`, with two steps a scale (memory does not depend on them): the largest resident memory of the process.
Memory is read from the system's account of finished children, so the large one runs last. POSIX only.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import wait_until_quiet, write


def run(words: list[str], preview: Path) -> dict[str, float]:
    """One command: seconds to the first preview and to the end."""
    began, first = time.monotonic(), float("nan")
    process = subprocess.Popen([sys.executable, "-m", "pinxit", "style", *words, "--preview", str(preview)])
    while process.poll() is None:
        if first != first and preview.exists():
            first = time.monotonic() - began
        time.sleep(0.02)
    if process.returncode:
        sys.exit(process.returncode)
    return {"first preview": round(first, 2), "done": round(time.monotonic() - began, 2)}


def peak() -> float:
    """MiB, of the largest child so far."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def main() -> None:
    """Into bench/results/style-command.json."""
    parser = argparse.ArgumentParser(prog="python -m bench.style_command")
    parser.add_argument("photo")
    parser.add_argument("painting")
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--large", type=int, default=2048)
    parser.add_argument("--features")
    parser.add_argument("--busy", action="store_true", help="do not wait for a quiet machine; told in the results")
    given = parser.parse_args()
    quiet = None if given.busy else wait_until_quiet()
    more = ["--features", given.features] if given.features else []
    with tempfile.TemporaryDirectory() as folder:
        words = [given.photo, given.painting, "--out", folder, *more]
        seconds = run([*words, "--size", str(given.side)], Path(folder) / "first.png")
        memory = {given.side: round(peak())}
        run([*words, "--size", str(given.large), "--steps", "2"], Path(folder) / "large.png")
        memory[given.large] = round(peak())
    figures = {
        "busy share before": quiet,
        "waited for quiet": not given.busy,
        "features": given.features or "as it comes",
    }
    write("style-command", {**figures, "side": given.side, "seconds": seconds, "MiB at its largest": memory})


if __name__ == "__main__":
    main()
