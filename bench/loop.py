"""What the loop costs over the bare step, and how long a step waits for its pictures."""

import os
import tempfile
import time
from pathlib import Path

from bench.measure import wait_until_quiet, write
from bench.training import Stepper, time_steps
from pinxit import api
from pinxit.runs import progress

STEPS = 100


def main(family: str = "dcgan", preset: str = "tutorial", batch: int = 64) -> None:
    """Time the same number of steps bare and through `pinxit.train`, in turn, three times."""
    busy = wait_until_quiet()
    bare, looped, waits = [], [], []
    for _ in range(3):
        stepper = Stepper(family, preset, 4, size="64", batch=batch)
        time_steps(stepper.step, 5)
        bare.append(time_steps(stepper.step, STEPS) / STEPS)
        with tempfile.TemporaryDirectory() as folder:
            run = api.train(
                "peeps", family=family, preset=preset, out=Path(folder) / "run", size="64", batch=batch,
                seen=STEPS * batch, report_every=10 * batch, preview_every=10**9, checkpoint_every=10**9, report=False,
            )  # fmt: skip
            lines = list(progress.read_reports(run.path / "progress.jsonl"))[2:]
            took = lines[-1]["seconds"] - lines[0]["seconds"]
            looped.append(took / ((lines[-1]["seen"] - lines[0]["seen"]) / batch))
            waits.append(sum(line["data_wait"] for line in lines) / len(lines))
        time.sleep(1)
    figures = {
        "what": f"{family} {preset}, 64 px RGBA, batch {batch}: seconds a step",
        "bare_step": min(bare),
        "step_in_the_loop": min(looped),
        "overhead": min(looped) / min(bare) - 1,
        "data_wait_share": sum(waits) / len(waits),
        "busy_share_before": busy,
    }
    write("loop", figures)


if __name__ == "__main__":
    os.environ.setdefault("PINXIT_CACHE", tempfile.gettempdir())
    main()
