"""Settings become a form: every field is read off its declaration, nothing is repeated here."""

from typing import Any

from pydantic import BaseModel

from pinxit.settings import TrainingSettings

KINDS = {"boolean": "switch", "integer": "whole", "number": "number", "array": "words", "string": "text"}
HIDDEN = frozenset(("licence", "consent", "compile", "processes", "plan", "features"))
"""Asked elsewhere in the studio, or of no use on one machine; a program may still send them."""


def form_of(declaration: type[BaseModel]) -> list[dict[str, Any]]:
    """One entry per setting, in the order of the declaration: name, kind, limits, unit, help, group, default."""
    schema = declaration.model_json_schema()
    fields = []
    for name, declared in declaration.model_fields.items():
        about = declared.json_schema_extra if isinstance(declared.json_schema_extra, dict) else {}
        told = schema["properties"][name]
        options = [one for one in told.get("anyOf", [told]) if one.get("type") != "null"]
        option = options[0]
        choices = option.get("enum")
        fields.append(
            {
                "name": name,
                "kind": "choice" if choices else kind_of(name, option),
                "choices": choices,
                "optional": any(one.get("type") == "null" for one in told.get("anyOf", [])),
                "least": option.get("minimum", option.get("exclusiveMinimum")),
                "most": option.get("maximum", option.get("exclusiveMaximum")),
                "unit": about.get("unit"),
                "group": about.get("group", "family"),
                "help": declared.description,
                "default": default_of(declared.default),
                "hidden": name in HIDDEN,
            }
        )
    return fields


def form_of_pictures() -> list[dict[str, Any]]:
    """The settings that belong to pictures, whatever is trained on them."""
    return [field for field in form_of(TrainingSettings) if field["group"] == "pictures" and not field["hidden"]]


def kind_of(name: str, option: dict[str, Any]) -> str:
    """What control shows it."""
    if name == "size":
        return "size"
    if name == "minutes":
        return "time"
    if name == "style":
        return "pictures"
    return KINDS.get(option.get("type", "string"), "text")


def default_of(value: Any) -> Any:
    """As JSON tells it: a size as 64x64."""
    if isinstance(value, tuple):
        return "x".join(map(str, value)) if value and isinstance(value[0], int) else list(value)
    return value


def row_of(preset: BaseModel) -> dict[str, Any]:
    """What a preset sets."""
    return preset.model_dump(mode="json", exclude_unset=True)
