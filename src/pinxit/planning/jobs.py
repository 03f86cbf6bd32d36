"""From a request to a job: pictures packed, settings planned, the run folder made or opened. Then only training is left."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pinxit.data.catalog import resolve
from pinxit.data.labels import label_columns
from pinxit.data.of_a_run import about_pictures, absolute, notes_of, open_pictures_of, packing_progress, short_name
from pinxit.data.pack import pack
from pinxit.errors import DataError
from pinxit.families.contract import Canvas, Family
from pinxit.generation.finding import find_model
from pinxit.generation.origin import about_origin
from pinxit.planning.captions import vocabulary_for
from pinxit.planning.plan import as_given, longer, make_plan
from pinxit.planning.request import FROM_NOTHING, given_values, resolve_settings, settings_of, start_values
from pinxit.planning.starting import shipped_start
from pinxit.runs.checkpoint_folder import describe_standing, standing
from pinxit.runs.run_folder import RunFolder, new_run_path
from pinxit.settings import TrainingSettings, to_json
from pinxit.settings import resolve as resolve_values
from pinxit.training.device import describe_environment, resolve_machine
from pinxit.training.launch import Job
from pinxit.training.pace import Schedules


def begin(
    pictures: str | Path,
    family: str | None,
    preset: str | None,
    settings_file: Path | None,
    settings: Mapping[str, Any],
    start: str | Path | None,
    out: Path | str | None,
    say: Callable[[str], None],
) -> Job:
    """A new run, ready to train; arguments as those of `pinxit.train`."""
    found, chosen = resolve_settings(family, preset, settings_file, settings, start)
    chosen = resolve_machine(chosen if chosen.framework == "pytorch" else for_tensorflow(found, chosen))
    source = resolve(pictures)
    run = RunFolder(out or new_run_path(short_name(pictures), found.name))
    run.check_free()
    given, fixed = given_values(settings_file, settings), start_values(family, start)
    by_plan = chosen.plan and chosen.minutes is not None and chosen.framework == "pytorch"
    made = make_plan(source, found, preset, given, fixed) if by_plan else as_given(found, chosen, preset, given)
    chosen = made.settings
    for reason in made.reasons:
        say(reason)
    if chosen.gentle:
        say("Gentle: at low priority, and one core is left free.")
    watched = packing_progress(say)
    packed = pack(source, size=chosen.size, fit=chosen.fit, alpha=chosen.alpha, labels=chosen.labels, progress=watched)
    chosen = chosen.model_copy(update={"alpha": packed.channels == 4})
    classes, ranges = label_columns(packed.classes, chosen.labels)
    canvas = Canvas(*chosen.size, packed.channels, classes, ranges=ranges)
    for column, (low, high) in ranges.items():
        say(f"The label {column} is read as a number, from {low:g} to {high:g}.")
    if start is None and by_plan and (origin := shipped_start(found, canvas, made.seen)):
        fixed = start_values(found.name, origin.name)
        if all(given.get(name, value) == value for name, value in fixed.items()):
            say(origin.reason)
            start, chosen = origin.name, chosen.model_copy(update=fixed)
    start = None if start == FROM_NOTHING else start
    among = {"train": packed.train, "held_back": packed.choosing, "start": start}
    canvas = replace(canvas, vocabulary=vocabulary_for(found, chosen, packed.captions, **among, say=say))
    run.create()
    say(packed.describe())
    say(f"Training {found.title} ({found.name}). Ctrl-C once keeps a checkpoint and stops.")
    where = {"name": source.name, "pictures": absolute(pictures), "packed": str(packed.folder)}
    stored = {"canvas": canvas.to_json(), "data": where, "plan": made.to_keep()}
    run.write_json(run.settings_file, to_json(chosen, found.name) | stored)
    environment = describe_environment(chosen.device, chosen.threads)
    if chosen.framework == "tensorflow":
        from pinxit.keras_training.backend import versions

        environment["packages"] |= versions()
    run.write_json(run.environment_file, environment)
    run.write_json(run.dataset_file, {**packed.info, **notes_of(chosen)})
    about = about_pictures(source.name, packed, chosen)
    job = Job(
        run.path, found.name, found.load_recipe(chosen.framework), chosen, canvas, packed.folder, about,
        schedules=made.schedules, spent=made.spent,
    )  # fmt: skip
    if start is not None:
        job = replace(job, start=find_model(start), about_start=about_origin(start))
        stored = run.read_json(run.settings_file)
        run.write_json(run.settings_file, {**stored, "start": job.about_start})
    return job


def for_tensorflow(family: Family, settings: TrainingSettings) -> TrainingSettings:
    """Settings that TensorFlow trains with. Raises before anything is packed: UsageError, or MissingExtra."""
    family.load_recipe("tensorflow")
    family.check_tensorflow(settings)
    from pinxit.keras_training.launch import check_settings

    return check_settings(settings)


def go_on(run: RunFolder, changes: Mapping[str, Any], say: Callable[[str], None]) -> Job:
    """An existing run, ready to train on; `changes` may lengthen it."""
    stored = run.read_json(run.settings_file)
    family, settings = settings_of(run.path)
    try:
        where = {name: str(stored["data"][name]) for name in ("name", "pictures", "packed")}
        canvas = Canvas.from_json(stored["canvas"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"{run.settings_file} is damaged (no sound 'data' or 'canvas': {error}). Bring the file back from a copy of "
            f"the run, or train anew. The model in {run.path} still paints."
        ) from None
    packed = open_pictures_of(run, where, settings, say)
    if changes or str(packed.folder) != where["packed"]:
        settings = resolve_values(family.settings, settings.model_dump(), changes, family=family.name)
        if changes.keys() & {"seen", "minutes"}:
            settings, said = longer(family, settings, stored.get("plan"), *standing(run))
            if said:
                say(said)
        where["packed"] = str(packed.folder)
        run.write_json(run.settings_file, {**stored, **to_json(settings, family.name), "data": where})
    about = about_pictures(where["name"], packed, settings)
    say(describe_standing(run, settings))
    told = stored.get("start")
    schedules = Schedules.from_json(stored.get("plan"), family.schedules, settings)
    return Job(
        run.path, family.name, family.load_recipe(settings.framework), settings, canvas, packed.folder, about,
        resume=True, schedules=schedules, about_start=told if isinstance(told, dict) else {},
    )  # fmt: skip
