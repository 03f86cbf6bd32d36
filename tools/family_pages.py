"""Write docs/families/: a page for each family, from its declaration and the words beside it (about.md).

python tools/family_pages.py           write them anew
python tools/family_pages.py --check   leave with 1 when a page is not what would be written
"""

import json
from pathlib import Path
from typing import Any

from pinxit.cli.options import GROUPS
from pinxit.families.catalog import DEFAULT, families
from pinxit.families.contract import Family
from pinxit.settings import TrainingSettings
from written import ROOT, write_or_check

PAGES, PICTURES = ROOT / "docs" / "families", ROOT / "docs" / "pictures"
QUALITY = ROOT / "bench" / "results" / "quality.json"
LIMITS = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}


def page(family: Family) -> str:
    """One family: its words, its sheet and scores, its settings, its presets."""
    words = (ROOT / "src" / "pinxit" / "families" / family.name.replace("-", "_") / "about.md").read_text("utf-8")
    parts = [f"# {family.title} (`{family.name}`)", family.about, "## Train it", train(family)]
    if sheet := on_peeps(family):
        parts += ["## On peeps", sheet]
    parts += [words.strip(), "## Its settings", settings_table(family)]
    if len(family.presets) > 1:
        parts += ["## Presets", presets(family)]
    parts += ["Settings that every family has: [settings of all families](README.md#settings-of-all-families)."]
    return "\n\n".join(parts) + "\n"


def train(family: Family) -> str:
    """The commands."""
    chosen = "" if family.name == DEFAULT else f" --family {family.name}"
    lines = [f"pinxit train photos/{chosen} --for 20m"]
    lines += [
        f"pinxit train photos/ --family {family.name} --preset {name}" for name in family.presets if name != "quick"
    ]
    return "```\n" + "\n".join(lines) + "\n```"


def on_peeps(family: Family) -> str:
    """The sheet and the scores of the same minutes that every family got, as far as there are any."""
    parts = []
    if (PICTURES / f"peeps-{family.name}.png").exists():
        parts.append(f"![New heads painted by {family.name}](../pictures/peeps-{family.name}.png)")
    measured = quality()
    sides = [side for side in measured["sides"] if name_of(side) == family.name]
    if sides:
        rows = [
            f"| run, {measured['how']} | pictures seen | judge | KID x 1000 | precision, recall |",
            "|---|---|---|---|---|",
        ]
        for side in sides:
            _, minutes, seed = side["name"].rsplit("-", 2)
            for judge, score in side["scores"].items():
                rows.append(
                    f"| {minutes.removesuffix('m')} minutes, seed {seed} | {side['seen']:,} | {judge} | {figures(score)} |"
                )
        parts.append("\n".join(rows))
        parts.append(
            "How it was measured: [results](../results.md). The other families: [side by side](comparison.md)."
        )
    return "\n\n".join(parts)


def quality() -> dict[str, Any]:
    """What `python -m bench.quality` found."""
    return json.loads(QUALITY.read_text("utf-8")) if QUALITY.exists() else {"how": "", "sides": []}


def name_of(side: dict[str, Any]) -> str:
    """The family of a side, without its minutes and seed."""
    return side["name"].rsplit("-", 2)[0]


def figures(score: dict[str, Any]) -> str:
    """Two cells: the KID with its spread, precision and recall."""
    kid, support = score["kid"], score["support"]
    return f"{kid['mean']:.1f} ± {kid['deviation']:.1f} | {support['precision']:.2f}, {support['recall']:.2f}"


def comparison(found: dict[str, Family]) -> str:
    """All families on the same pictures for the same time, the best first by the judge that none of them trains on."""
    measured = quality()
    sides = [side for side in measured["sides"] if side["name"].endswith("-0")]
    judges = list(sides[0]["scores"]) if sides else []
    sides.sort(key=lambda side: side["scores"][judges[-1]]["kid"]["mean"])
    titles = " | ".join(f"KID x 1000, {judge} | precision, recall" for judge in judges)
    rows = [f"| family | pictures seen | {titles} |", "|---|---|" + "---|---|" * len(judges)]
    for side in sides:
        name, scores = name_of(side), " | ".join(figures(side["scores"][judge]) for judge in judges)
        shown_name = f"[`{name}`]({name}.md)" if name in found else PEERS.get(name, name)
        rows.append(f"| {shown_name} | {side['seen']:,} | {scores} |")
    parts = ["# The families side by side", COMPARED.format(measured["how"]), "\n".join(rows)]
    for name in dict.fromkeys(map(name_of, sides)):
        if (PICTURES / f"peeps-{name}.png").exists():
            parts += [f"## {name}", f"![New heads by {name}](../pictures/peeps-{name}.png)"]
    return "\n\n".join(parts) + "\n"


def settings_table(family: Family) -> str:
    """What the family declares itself, its own defaults for shared settings among it."""
    shared = TrainingSettings.model_fields
    own = {
        name: field
        for name, field in family.settings.model_fields.items()
        if name not in shared or field.default != shared[name].default
    }
    return table(own)


def table(fields: dict[str, Any]) -> str:
    """Setting, default, what it is, limits."""
    rows = ["| setting | default | what it is | limits |", "|---|---|---|---|"]
    order = list(GROUPS)
    ranked = sorted(fields.items(), key=lambda item: -order.index(item[1].json_schema_extra["group"]))
    for name, field in ranked:
        unit = field.json_schema_extra["unit"]
        about = field.description + (f", in {unit}" if unit and unit not in field.description else "")
        rows.append(f"| `{name}` | {shown(field.default)} | {about} | {limits(field)} |".replace("|  |", "| |"))
    return "\n".join(rows)


def limits(field: Any) -> str:
    """What is allowed, in words."""
    return ", ".join(
        word.format(shown(getattr(limit, kind)))
        for limit in field.metadata
        for kind, word in LIMITS.items()
        if hasattr(limit, kind)
    )


def shown(value: Any) -> str:
    """A value as one would type it."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "x".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)


def presets(family: Family) -> str:
    """What each preset sets."""
    lines = []
    for name, preset in family.presets.items():
        changed = preset.model_dump(exclude_unset=True)
        told = ", ".join(f"`{key}={shown(value)}`" for key, value in changed.items())
        lines.append(f"- **{name}**: {told or 'the defaults'}")
    return "\n".join(lines)


PEERS = {"tutorial": "the PyTorch tutorial's DCGAN, in bf16"}
COMPARED = (
    "Peeps at 64 px, each family as `pinxit train peeps --family NAME --size 64 --for 20m` trains it ({}), 2,000 pictures "
    "of fresh seeds against 400 held-back ones, over white. EfficientNet-Lite0 flatters the families that train on it "
    "(`projected`, `stylegan`, `stackgan`, and a little `vae`); the last judge is one that none trains on. Made by "
    "`python -m bench.quality`; of your own runs `pinxit compare RUN RUN …` makes such a page."
)
WHERE = (
    "Each is a folder in `src/pinxit/families/`; this page and those it links to are written from there by "
    "`python tools/family_pages.py`."
)
HOW = (
    "As flags (`--seen 500k`), as `--set name=value`, in Python (`pinxit.train(…, seen=500_000)`) or in a settings file. "
    "Families may have other defaults."
)


def index(found: dict[str, Family]) -> str:
    """All families, and the settings they share."""
    rows = ["| family | what it is |", "|---|---|"]
    rows += [f"| [`{family.name}`]({family.name}.md) | {family.about} |" for family in found.values()]
    shared = table(TrainingSettings.model_fields)
    parts = ["# The families", WHERE, "\n".join(rows), "## Settings of all families", HOW, shared]
    return "\n\n".join(parts) + "\n"


def pages() -> dict[Path, str]:
    """Every page and what it should say."""
    found = {name: families()[name] for name in sorted(families())}
    each = {PAGES / f"{name}.md": page(family) for name, family in found.items()}
    compared = {PAGES / "comparison.md": comparison(found)} if quality()["sides"] else {}
    return {PAGES / "README.md": index(found)} | compared | each


def main() -> None:
    """Write, or compare."""
    write_or_check(pages(), "*.md", "family_pages.py")


if __name__ == "__main__":
    main()
