"""What `import pinxit` hands out. Command line and page come through here too, and nowhere else.

Functions import what they need when called, so that `import pinxit` and `pinxit --help` never wait for torch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinxit.collecting import check_data as check_data
from pinxit.collecting import find as find
from pinxit.collecting import pack_data as pack_data
from pinxit.collecting import prepare_data as prepare_data
from pinxit.collecting import sort as sort
from pinxit.collecting import unfit as unfit
from pinxit.directing import breed as breed
from pinxit.directing import complete as complete
from pinxit.directing import mix as mix
from pinxit.directing import save_strip as save_strip
from pinxit.directing import walk as walk
from pinxit.directing import walk_again as walk_again
from pinxit.dragging import Dragged as Dragged
from pinxit.dragging import drag as drag
from pinxit.errors import DataError, PictureError, UsageError, pasteable
from pinxit.exporting import EXPORTS as EXPORTS
from pinxit.exporting import begin_measuring as begin_measuring
from pinxit.exporting import export_model as export_model
from pinxit.exporting import pictures_as as pictures_as
from pinxit.exporting import quicken as quicken
from pinxit.exporting import save_and_tell as save_and_tell
from pinxit.exporting import save_pictures as save_pictures
from pinxit.exporting import saving_kinds as saving_kinds
from pinxit.exporting import saving_settings as saving_settings
from pinxit.exporting import upscale as upscale
from pinxit.exporting import upscale_folder as upscale_folder
from pinxit.judging import card as card
from pinxit.judging import compare as compare
from pinxit.judging import copies_lines as copies_lines
from pinxit.judging import rights_lines as rights_lines
from pinxit.judging import score as score
from pinxit.judging import score_lines as score_lines
from pinxit.planning.request import family_of as family_of
from pinxit.planning.request import find_family as find_family
from pinxit.planning.request import given_values, resolve_settings, start_values
from pinxit.planning.request import settings_of as settings_of
from pinxit.projecting import Projected as Projected
from pinxit.projecting import project as project
from pinxit.restyling import describe_style as describe_style
from pinxit.restyling import is_film as is_film
from pinxit.restyling import is_list as is_list
from pinxit.restyling import restyle as restyle
from pinxit.restyling import restyle_film as restyle_film
from pinxit.restyling import restyle_folder as restyle_folder
from pinxit.restyling import style as style
from pinxit.restyling import style_folder as style_folder
from pinxit.restyling import style_settings as style_settings
from pinxit.restyling import texture as texture
from pinxit.restyling import texture_settings as texture_settings
from pinxit.runs.progress import Silent as Silent
from pinxit.serving import find_runs as find_runs
from pinxit.serving import header_of as header_of
from pinxit.serving import last_change as last_change
from pinxit.serving import look_at_run as look_at_run
from pinxit.serving import paint_mixes as paint_mixes
from pinxit.serving import picture_anew as picture_anew
from pinxit.serving import previews_of as previews_of
from pinxit.serving import progress_of as progress_of
from pinxit.serving import recipe_in as recipe_in
from pinxit.serving import recipe_of as recipe_of
from pinxit.serving import recipes_of_mixes as recipes_of_mixes
from pinxit.serving import shipped_model as shipped_model
from pinxit.steering import directions as directions
from pinxit.steering import directions_file as directions_file
from pinxit.steering import find_directions as find_directions
from pinxit.steering import learn_direction as learn_direction
from pinxit.steering import move as move
from pinxit.steering import rename_direction as rename_direction
from pinxit.steering import strip as strip
from pinxit.tasting import best_seeds as best_seeds
from pinxit.tasting import mark as mark
from pinxit.tasting import marks as marks
from pinxit.tasting import marks_file as marks_file
from pinxit.tasting import more_like_these as more_like_these
from pinxit.tasting import rank as rank
from pinxit.tasting import taste as taste
from pinxit.tasting import taste_direction as taste_direction

if TYPE_CHECKING:
    from pinxit.families.contract import Family
    from pinxit.generation.model import Model, Painting
    from pinxit.generation.reconstruction import Reconstruction
    from pinxit.planning.plan import Plan
    from pinxit.scoring.verdict import Score
    from pinxit.training.launch import Job
    from pinxit.training.task import Watch

SHEET_SEEDS = range(64)


@dataclass(frozen=True)
class Run:
    """What a training left behind. `ended`: "done", "interrupted", "terminated" or "asked to stop".

    `score` and `report` (the page of its report card) are there when it is done and the setting `report` asks for them.
    """

    path: Path
    ended: str
    model_file: Path
    sheet: Path | None = None
    score: Score | None = None
    report: Path | None = None

    def load(self) -> Model:
        """The model of this run."""
        return load(self.model_file)


def list_families() -> dict[str, Family]:
    """Every family there is, by name."""
    from pinxit.families.catalog import families

    return families()


def plan(
    pictures: str | Path,
    *,
    minutes: float | str | None = None,
    family: str | None = None,
    preset: str | None = None,
    settings_file: Path | None = None,
    start: str | Path | None = None,
    **settings: Any,
) -> Plan:
    """What `train` would choose for these pictures, this machine and so many minutes, and why. Trains nothing.

    Takes what `train` takes; `minutes` may be a text such as "8h". The machine is measured for some seconds, with real
    steps. `Plan.lines()` tells it to people, `Plan.to_json()` to programs. Raises PinxitError for what a person can fix.
    """
    from pinxit.data.catalog import resolve
    from pinxit.planning.plan import make_plan

    values = {**settings, **({} if minutes is None else {"minutes": minutes})}
    found, chosen = resolve_settings(family, preset, settings_file, values, start)
    if chosen.minutes is None:
        raise UsageError("A plan is for a length of time. Say how long: pinxit plan FOLDER --for 20m")
    if chosen.framework != "pytorch":
        raise UsageError(
            "A plan measures steps with PyTorch. Leave --framework away; train takes any --for all the same."
        )
    given, fixed = given_values(settings_file, values), start_values(family, start)
    return make_plan(resolve(pictures), found, preset, given, fixed)


def train(
    pictures: str | Path,
    *,
    family: str | None = None,
    preset: str | None = None,
    settings_file: Path | None = None,
    start: str | Path | None = None,
    out: Path | str | None = None,
    watch: Watch | None = None,
    **settings: Any,
) -> Run:
    """Train a generator on a folder, zip, file list or the name of a built-in data set.

    `start` is a model file, run or shipped model to go on from: its networks, also its critic's, learn the new pictures;
    family, size and network settings are then those of that model. "none": from nothing, even where a short plan would
    rather go on from a shipped model.
    `settings` are the family's own and those every family has (`pinxit train --help`), for example `size="96x64"`,
    `seen=500_000`, `minutes=20`, `labels=["hair"]`. With `minutes` everything that is not set is planned so that it
    completes in that time (see `plan`); `plan=False` trains for that time with the settings exactly as they are.
    Returns when done or stopped; everything is in the run folder. Raises PinxitError for what a person can fix.
    """
    from pinxit.planning.jobs import begin
    from pinxit.runs.claim import claimed
    from pinxit.runs.run_folder import RunFolder

    watch = watch or Silent()
    job = begin(pictures, family, preset, settings_file, settings, start, out, watch.say)
    with claimed(RunFolder(job.run)):
        return finish(job, watch)


def resume(run_path: str | Path, *, watch: Watch | None = None, **changes: Any) -> Run:
    """Go on with a run from its newest whole checkpoint. `changes` may lengthen it (`seen=…`, `minutes=…`).

    A plan goes on; for another length its schedules are made anew.
    """
    from pinxit.planning.jobs import go_on
    from pinxit.runs.claim import claimed
    from pinxit.runs.run_folder import open_run

    watch, run = watch or Silent(), open_run(run_path)
    with claimed(run):
        return finish(go_on(run, changes, watch.say), watch)


def parse_seeds(text: str) -> list[int]:
    """`"0-63,100"` -> seeds."""
    from pinxit.networks.seeds import parse_seeds as parse

    return parse(text)


def finish(job: Job, watch: Watch) -> Run:
    """Train a job, then leave a sheet of new pictures beside its model; when it is done, its scores and report card too."""
    from pinxit.report.ending import report_on
    from pinxit.runs.run_folder import RunFolder

    ended = launch(job, watch)
    run = RunFolder(job.run)
    if not run.model_file.exists():
        return Run(run.path, ended, run.model_file)
    score, report = None, None
    if ended == "done" and job.settings.report:  # before the sheet: scores change the file, and recipes name its hash
        score, report = report_on(run, job.packed, job.settings.device, watch.say)
    model, sheet = load(run.model_file), run.path / "sheet.png"
    if model.paints_pictures:
        from pinxit.generation.one_pass import save_sheet

        save_sheet(model, job.packed, sheet)
    else:
        model.save_sheet(model.make(SHEET_SEEDS), sheet)
    return Run(run.path, ended, run.model_file, sheet, score, report)


def launch(job: Job, watch: Watch) -> str:
    """Train a job in its framework."""
    from pinxit.training import launch as with_torch

    if job.settings.framework == "pytorch":
        return with_torch.launch(job, watch)
    from pinxit.keras_training.launch import launch as launch_keras

    return launch_keras(job, watch, with_torch.begin_checkups)


def stop(run_path: str | Path) -> bool:
    """Ask a running training to checkpoint and stop. Returns whether one was running on this machine."""
    from pinxit.runs.claim import is_claimed
    from pinxit.runs.progress import request_stop
    from pinxit.runs.run_folder import open_run

    run = open_run(run_path)
    try:
        request_stop(run)
    except OSError as error:
        raise DataError(f"{run.path} cannot be asked to stop: {run.stop_file}: {error.strerror}.") from None
    return is_claimed(run)


def load(model: str | Path, device: str = "cpu", framework: str = "pytorch") -> Model:
    """A model file, a run folder or the name of a shipped model -> a Model that paints.

    `device`: "cpu", "cuda", "mps", or "auto" for the best there is.
    `framework`: "pytorch", or "tensorflow" (the extra of that name): the same pictures, to 2e-3 of a range of 2.
    """
    from pinxit.generation.finding import find_model
    from pinxit.generation.model import load_model

    return load_model(find_model(model), device, framework)


def shipped_models() -> list[str]:
    """The names of the models that come with pinxit."""
    from pinxit.generation.finding import shipped_models as find

    return list(find())


def make(
    model: str | Path, seeds: Sequence[int] = range(16), *, framework: str = "pytorch", **how: Any
) -> list[Painting]:
    """Paint with a model in one call; `framework` as in `load`, `how` as in `Model.make`."""
    return load(model, framework=framework).make(seeds, **how)


def reconstruct(
    model: str | Path,
    pictures: str | Path,
    count: int | None = None,
    *,
    device: str = "cpu",
    watch: Watch | None = None,
) -> Reconstruction:
    """Squeeze pictures to codes and draw them back, with a model that can (family `vae`): what it takes them for.

    pictures  one picture, a folder, zip, file list or the name of a built-in data set
    count     how many of them, from the first; without, all
    `Reconstruction.lines()` tells how like they are, `save_sheet` shows each beside its original.
    """
    from pinxit.generation.reconstruction import reconstruct as draw_back
    from pinxit.generation.reconstruction import source_of

    return draw_back(load(model, device), source_of(pictures), count, (watch or Silent()).say)


def make_again(picture: Path, folders: Sequence[Path]) -> Painting:
    """Repeat a picture from the recipe it carries, with the model of that hash found in `folders`."""
    from pinxit.generation.finding import find_by_hash
    from pinxit.generation.points import repeat
    from pinxit.generation.sampling import read_recipe

    recipe = read_recipe(picture)
    if recipe.get("family") in ("style", "texture", "upscale"):
        raise UsageError(
            f"{picture} was not painted by a model. Its recipe names its pictures and settings: pinxit info"
        )
    if "completed" in recipe:
        raise UsageError(
            f"{picture} completes another picture. Its recipe names that, the mask and the seed: pinxit info"
        )
    if "walk" in recipe:
        raise UsageError(f"{picture} is a walk. Repeat it with: pinxit walk --again {pasteable(picture)} -o again.webp")
    if "seed" not in recipe and "latents" not in recipe:
        raise UsageError(f"{picture} is a sheet. Its seeds are {recipe.get('seeds')}: paint them with pinxit make.")
    model = load(find_by_hash(recipe["model"], folders))
    if "latents" in recipe:
        return repeat(model, recipe, str(picture))
    try:
        how = {"labels": recipe["labels"], "truncation": recipe["truncation"], "precision": recipe["precision"]}
        if "text" in recipe:
            how["text"] = str(recipe["text"])
        return next(model.paint([int(recipe["seed"])], **how))
    except (KeyError, TypeError, ValueError) as error:
        raise PictureError(f"The recipe in {picture} is damaged ({error}).") from None


def has_recipe(picture: Path, recipe: Mapping[str, Any]) -> bool:
    """Whether a file is a picture with this very recipe."""
    from pinxit.generation.sampling import read_recipe

    try:
        return read_recipe(picture) == recipe
    except PictureError:
        return False


def info(path: Path) -> dict[str, Any]:
    """What a model, a run or a picture says of itself."""
    from pinxit.generation.finding import find_model
    from pinxit.generation.quickness import figures_of
    from pinxit.generation.sampling import read_recipe
    from pinxit.images.files import kind_of
    from pinxit.runs.model_file import hash_of, read_header

    if path.is_dir():
        from pinxit.runs.progress import read_reports
        from pinxit.runs.run_folder import open_run

        run = open_run(path)
        reports = list(read_reports(run.progress_file))
        return {"kind": "run", **run.read_json(run.settings_file), "last report": reports[-1] if reports else None}
    if not path.exists():
        path = find_model(path)
    with path.open("rb") as file:
        is_picture = kind_of(file.read(64)) is not None
    if is_picture:
        return {"kind": "picture", "made by": "a generative model", **read_recipe(path)}
    header = read_header(path)
    sha256 = hash_of(path)
    measured = figures_of(sha256)
    soonest = {"soonest on this machine": measured.lines()} if measured and measured.seconds else {}
    return {"kind": "model", "sha256": sha256, **soonest, **header}


def to_text(content: Mapping[str, Any]) -> str:
    """JSON for people."""
    return json.dumps(content, indent=2, ensure_ascii=False)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all. Raises PinxitError if it cannot be written."""
    from pinxit.images.writing import write_atomically

    write_atomically(path, (text + "\n").encode())
