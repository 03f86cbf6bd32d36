"""When training ends: score the model, write the scores into its file, leave its report card. Never at the model's cost."""

from collections.abc import Callable
from pathlib import Path

from pinxit.data.packed import open_packed
from pinxit.errors import PinxitError, pasteable
from pinxit.generation.model import load_model
from pinxit.report.card import write_card
from pinxit.report.measured import measure_unasked
from pinxit.runs.model_file import add_to_header
from pinxit.runs.run_folder import RunFolder
from pinxit.scoring.verdict import Score


def report_on(
    run: RunFolder, packed: Path, device: str, say: Callable[[str], None]
) -> tuple[Score | None, Path | None]:
    """The score and the page of a run that is done; None for what could not be had, which is said in one line."""
    found, page = None, None
    say("Scoring the model and writing its report card (Ctrl-C leaves that out; the model is kept).")
    try:
        model = load_model(run.model_file, device)
        measured, why = measure_unasked(model, open_packed(packed), say)
        if measured is not None:
            add_to_header(run.model_file, {"scores": measured.score.to_json()})
            found = measured.score
            model = load_model(run.model_file, device)  # its hash stands in every recipe
        page = write_card(model, run.report, measured=measured, no_score=why)
    except (PinxitError, OSError, MemoryError, RuntimeError) as error:  # torch tells of full memory by RuntimeError
        say(f"The report card could not be written: {error} The model is not touched. Later: {later(run)}")
    except KeyboardInterrupt:
        say(f"The report card was left out. Later: {later(run)}")
    return found, page


def later(run: RunFolder) -> str:
    """The command that writes the card."""
    return f"pinxit card {pasteable(run.path)}"
