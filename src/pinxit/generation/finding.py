"""Where models are: by path, by run folder, by the name of a shipped one, by the hash a picture carries."""

from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

from pinxit.errors import ModelFileError, UsageError, did_you_mean
from pinxit.runs.model_file import hash_of, read_header


def find_model(model: str | Path) -> Path:
    """The file behind a path, a run folder or a shipped name. Raises UsageError that says what was looked for."""
    if not str(model).strip():
        raise UsageError("No model was named. Give a model file, a run folder or the name of a shipped model.")
    path = Path(model)
    if path.is_dir():
        inside = path / "model.safetensors"
        if not inside.exists():
            raise UsageError(f"{path} holds no model.safetensors (yet). A run has one after its first checkpoint.")
        return inside
    if path.exists():
        return path
    shipped = shipped_models()
    if str(model) in shipped:
        return shipped[str(model)]
    hint = did_you_mean(str(model), shipped) if shipped else ""
    raise UsageError(f"There is no model file, run folder or shipped model '{model}'.{hint}")


def shipped_models() -> dict[str, Path]:
    """name -> file of the models that come with pinxit."""
    folder = resources.files("pinxit") / "models"
    if not folder.is_dir():
        return {}
    found = [Path(str(entry)) for entry in folder.iterdir() if entry.name.endswith(".safetensors")]
    return {path.name.removesuffix(".safetensors"): path for path in sorted(found)}


def find_by_hash(sha256: str, folders: Sequence[Path]) -> Path:
    """The model file with that sha256 in or below `folders`, or among the shipped ones."""
    for folder in folders:
        if not folder.exists():
            raise UsageError(
                f"There is no folder {folder} to look for the model in. Say where it lies with --models DIR."
            )
    tried = 0
    for path in candidates(folders):
        try:
            read_header(path)
            tried += 1
            if hash_of(path) == sha256:
                return path
        except (ModelFileError, OSError):
            continue  # not one of ours, or not for us to read
    where = ", ".join(str(folder) for folder in folders)
    raise ModelFileError(
        f"The model this picture was made with ({sha256[:12]}…) is not among the {tried} model files in {where}. "
        "Say where it lies with --models DIR."
    )


def candidates(folders: Sequence[Path]) -> Iterator[Path]:
    """Model files in and below folders, then the shipped ones. Checkpoints hold no models."""
    for folder in folders:
        for path in sorted(folder.rglob("*.safetensors")) if folder.is_dir() else [folder]:
            if path.is_file() and path.name != "tensors.safetensors":
                yield path
    yield from shipped_models().values()
