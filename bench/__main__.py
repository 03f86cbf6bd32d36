"""`python -m bench [NAME …]`: all benchmarks, or the named ones, one after the other in processes of their own."""

import subprocess
import sys

ALL = ("starting", "packing", "training", "generation", "loop", "scoring")

if __name__ == "__main__":
    wanted = sys.argv[1:] or list(ALL)
    unknown = [name for name in wanted if name not in ALL]
    if unknown:
        sys.exit(f"There is no benchmark {unknown[0]}. There are: {', '.join(ALL)}.")
    failed = [name for name in wanted if subprocess.run([sys.executable, "-m", f"bench.{name}"]).returncode]
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")
    print("All benchmarks ran; the figures are in bench/results.")
