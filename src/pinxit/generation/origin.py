"""The model that a training goes on from: what it asks of the new run, and what the new model will say of it."""

from pathlib import Path
from typing import Any

from pinxit.errors import ModelFileError, UsageError
from pinxit.families.catalog import find_family
from pinxit.generation.finding import find_model
from pinxit.runs.model_file import hash_of, read_header
from pinxit.settings import from_json


def settings_of_origin(model: str | Path, family: str | None = None) -> tuple[str, dict[str, Any]]:
    """Its family, and the settings that make its networks: size, transparency, seams and the family's own.

    Raises UsageError when another `family` was asked for, ModelFileError for a file that garbles them.
    """
    path = find_model(model)
    header = read_header(path)
    try:
        found = find_family(str(header["family"]))
        settings = from_json(header["settings"], found.settings, found.name)
        channels = int(header["canvas"]["channels"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelFileError(f"{path} cannot be gone on from: {error}") from None
    if family is not None and find_family(family).name != found.name:
        raise UsageError(
            f"{model} is a model of the family {found.name}; one of the family {family} cannot go on from it. Leave "
            "--family away, or name another model."
        )
    groups = {
        name: declared.json_schema_extra.get("group")
        for name, declared in found.settings.model_fields.items()
        if isinstance(declared.json_schema_extra, dict)
    }
    shape = {name: getattr(settings, name) for name, group in groups.items() if group == "family"}
    alpha = {4: True, 3: False}.get(channels)
    return found.name, {**shape, "size": settings.size, "seamless": settings.seamless, "alpha": alpha}


def about_origin(model: str | Path) -> dict[str, Any]:
    """What a model that went on from this one says of it: name, hash, family, its pictures, and its own origin."""
    path = find_model(model)
    header = read_header(path)
    name = (
        str(model) if not Path(model).exists() else path.parent.name if path.name == "model.safetensors" else path.stem
    )
    return {
        "name": name,
        "sha256": hash_of(path),
        **{key: header[key] for key in ("family", "data", "start") if key in header},
    }
