"""How quickly commands start, each in a fresh process: `pinxit --help` and `import pinxit`, less Python's own start."""

import statistics
import subprocess
import sys
import time

from bench.measure import wait_until_quiet, write


def seconds(*words: str) -> float:
    """Median of nine fresh processes."""
    times = []
    for _ in range(9):
        began = time.perf_counter()
        subprocess.run([sys.executable, *words], check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    busy = wait_until_quiet()
    bare = seconds("-c", "pass")
    figures = {
        "what": "seconds of wall clock, medians of nine fresh processes",
        "python -c pass": bare,
        "pinxit --help": seconds("-m", "pinxit", "--help"),
        "import pinxit, less python itself": seconds("-c", "import pinxit") - bare,
        "pinxit train --help": seconds("-m", "pinxit", "train", "--help"),
        "busy_share_before": busy,
    }
    write("starting", figures)


if __name__ == "__main__":
    main()
