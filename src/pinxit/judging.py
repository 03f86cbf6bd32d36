"""What `import pinxit` hands out for judging models: scores, report cards, comparisons. Part of the api, as lazy as it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinxit.errors import UsageError
from pinxit.runs.progress import Silent

if TYPE_CHECKING:
    from pinxit.scoring.verdict import Score
    from pinxit.training.task import Watch


def score(
    model: str | Path,
    against: str | Path | None = None,
    *,
    count: int = 2000,
    seed: int = 0,
    device: str = "cpu",
    pairs: Path | None = None,
    features: str = "efficientnet-lite0",
    weights: Path | str | None = None,
    fetch: bool = False,
    bf16: bool = False,
    watch: Watch | None = None,
) -> Score:
    """How good a model is: KID, FID, precision, recall, coverage, copies, labels; with all that they were measured on.

    against   other pictures to compare with; without, those of its training that were held back
    count     how many pictures are painted for it, from seeds no one has looked at
    seed      of the random subsets
    pairs     where to save a sheet of the painted pictures most like a training picture, each beside that one
    features  "efficientnet-lite0", or "inception": slower, and the one whose FID stands in papers
    weights   the file of Inception's weights; `fetch=True` downloads it once instead (96 MB)
    bf16      compute the features in bfloat16: quicker on some machines, and told in their name
    `Score.lines()` tells it to people, `Score.to_json()` to programs.
    """
    from pinxit.data.of_a_run import open_pictures_for
    from pinxit.generation.measuring import measure
    from pinxit.generation.model import open_model
    from pinxit.scoring.spaces import choose_space

    watch = watch or Silent()
    loaded = open_model(model, device)
    space = choose_space(features, loaded.device, bf16=bf16, weights=weights, fetch=fetch, say=watch.say)
    packed = open_pictures_for(loaded.path, loaded.about_data, loaded.settings, against, watch.say)
    measured = measure(loaded, packed, count, space=space, seed=seed, say=watch.say)
    if pairs is not None:
        measured.save_pairs(pairs)
    return measured.score


def card(
    model: str | Path,
    out: Path | None = None,
    *,
    count: int | None = None,
    score: bool = True,
    pairs: bool = True,
    licence: str | None = None,
    device: str = "cpu",
    watch: Watch | None = None,
) -> Path:
    """Write a model's report card: one page, a Hugging Face model card, pictures and all facts. Returns the page.

    out      the folder; without, `report/` in a run, NAME-report/ beside a model file
    count    how many pictures are painted for the score; without, 500 to 2,000, as its real pictures need
    score    measure anew; without, the scores that the model file carries are told
    pairs    show the painted pictures nearest to training pictures, beside these
    licence  of the model itself, for whoever gets it
    The model file is not changed. Where nothing can be measured, the card says why.
    """
    from pinxit.generation.model import open_model
    from pinxit.report.card import check_place, place_of, write_card
    from pinxit.report.measured import measure_against

    loaded = open_model(model, device)
    check_place(place := out or place_of(loaded))
    measured, why = measure_against(loaded, None, count, (watch or Silent()).say) if score else (None, None)
    return write_card(loaded, place, measured=measured, no_score=why, pairs=pairs, licence=licence)


def compare(
    models: Sequence[str | Path],
    out: Path = Path("comparison"),
    *,
    against: str | Path | None = None,
    count: int | None = None,
    score: bool = True,
    device: str = "cpu",
    watch: Watch | None = None,
) -> Path:
    """Models side by side: a page, Markdown, a CSV and a sheet of each, in the folder `out`. Returns the page.

    against  pictures that every model is compared with; without, those that were held back from its own training
    count    how many pictures each paints for its score; without, 500 to 2,000, as its real pictures need
    score    measure anew; without, the scores that the model files carry are told
    """
    from pinxit.generation.model import open_model
    from pinxit.report.comparison import check_place, write_comparison
    from pinxit.report.measured import measure_against

    if len(models) < 2:
        raise UsageError(f"A comparison needs two models or more; {len(models)} came.")
    say = (watch or Silent()).say
    check_place(out)
    loaded = [open_model(model, device) for model in models]
    scores = []
    for model in loaded:
        measured, why = measure_against(model, against, count, say) if score else (None, None)
        if why:
            say(f"{model.path} is not measured: {why}.")
        scores.append(measured.score if measured else None)
    return write_comparison(loaded, out, scores)


def rights_lines(header: Mapping[str, Any], licence: Any = None) -> list[str]:
    """What may be done with a model's pictures, by the header of its file, for people.

    licence  of the model itself, when somebody chose one
    """
    from pinxit.report.origin import origin_of
    from pinxit.report.rights import NO_ADVICE, rights

    return [*rights(origin_of(header, licence)), NO_ADVICE]


def copies_lines(stored: Any) -> list[str]:
    """Whether a model copies, by the scores in its file's header, for people; a second line is a warning."""
    from pinxit.report.copies import copies
    from pinxit.scoring.verdict import Score

    return list(copies(Score.from_json(stored)))


def score_lines(stored: Any) -> list[str] | None:
    """The scores in a model file's header, for people; None when they are missing or nonsense."""
    from pinxit.scoring.verdict import Score

    found = Score.from_json(stored)
    return found.lines() if found else None
