"""The card in plain words: facts -> sections of paragraphs, lists, tables and pictures. The page and the Markdown show these.

No word here is escaped; whoever shows it does that.
"""

from collections.abc import Iterator, Sequence

from pinxit.report.blocks import Block, Bullets, Code, Paragraph, Section, Sheet, Table
from pinxit.report.chart import Line
from pinxit.report.copies import share_of_copies
from pinxit.report.estimates import Energy
from pinxit.report.facts import Facts
from pinxit.report.limits import limits
from pinxit.report.rights import NO_ADVICE, rights
from pinxit.scoring.verdict import SQUARES, percent

CHANNELS = {1: "grey", 3: "colour", 4: "colour with transparency"}
MOST_NAMED = 40


def tell(facts: Facts, sheets: Sequence[Sheet]) -> list[Section]:
    """The whole card; sections without content are left out."""
    told = [
        Section("In short", (Bullets(tuple(in_short(facts))),)),
        Section("New pictures", tuple(sheet for sheet in sheets if sheet.about == "new")),
        Section("What it was trained on", tuple(trained_on(facts))),
        Section("Using and selling its pictures", (Bullets(tuple(rights(facts.origin))), Paragraph(NO_ADVICE))),
        Section("How good it is", tuple(how_good(facts))),
        Section("Does it copy?", tuple(copying(facts, [sheet for sheet in sheets if sheet.about == "pairs"]))),
        Section("Its limits", (Bullets(tuple(limits(facts))),)),
        Section("How large its pictures print", tuple(printing(facts))),
        Section("How it was trained", tuple(training(facts))),
        Section("Paint with it", tuple(painting(facts))),
    ]
    return [section for section in told if section.blocks]


def summary(facts: Facts) -> str:
    """What it is, in one sentence."""
    about = f" Trained on “{facts.data.name}”." if facts.data.name else ""
    return (
        f"A picture generator ({facts.family_title}) that paints {facts.width} × {facts.height} pixels in "
        f"{CHANNELS[facts.channels]}.{about}"
    )


def in_short(facts: Facts) -> Iterator[str]:
    """What a person wants to know first."""
    score = facts.score
    yield f"How good: {score.word} ({score.headline.partition(',')[0]})." if score else f"Not scored: {facts.no_score}."
    if score:
        yield share_of_copies(score)
    count = f"{facts.data.count:,} pictures" if facts.data.count else "an unknown number of pictures"
    noted = f"licence noted: “{facts.data.licence}”" if facts.data.licence else "nobody noted their licence"
    yield f"Trained on {count}; {noted}."
    small = facts.prints[0]
    yield (
        f"Prints up to {small.centimetres[0]:g} × {small.centimetres[1]:g} cm ({small.inches[0]:g} × {small.inches[1]:g} in) "
        f"at {small.dpi} dpi."
    )
    yield "The model is one file, paints on any machine without a network, and a seed always gives the same picture."


def trained_on(facts: Facts) -> Iterator[Block]:
    """The pictures, and the model that training began from."""
    data = facts.data
    rows = [
        ("Pictures", data.name or "not said"),
        ("Trained on", f"{data.count:,} pictures" if data.count is not None else "not said"),
        (
            "Held back",
            f"{data.held_back:,} pictures, to choose the best moment and to score by" if data.held_back else "none",
        ),
        ("Licence note", data.licence or "none"),
        ("Consent note", data.consent or "none"),
        ("Fingerprint", data.fingerprint or "not said"),
    ]
    for column, names in facts.labels.items():
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        rows.append((f"Label “{column}”", ", ".join(names[:MOST_NAMED]) + more))
    for start in facts.starts:
        count = f"{start.data.count:,}" if start.data.count is not None else "an unknown number of"
        rows += [
            ("Starting model", f"{start.name or 'without a name'} (family {start.family or 'not said'})"),
            ("Its sha256", start.sha256 or "not said"),
            ("Its pictures", f"{start.data.name or 'not said'}, {count} pictures"),
            ("Their licence note", start.data.licence or "none"),
            ("Their consent note", start.data.consent or "none"),
        ]
    if not facts.starts:
        rows.append(("Starting model", "none: it learned from these pictures alone"))
    rows += [("Helper in training", f"{helper}; not inside the model file") for helper in facts.helpers]
    yield Table(tuple(rows))
    yield Paragraph(
        "The fingerprint is that of the pictures as they were packed, labels and captions included: the same pictures and "
        "settings give the same one on every machine."
    )


def how_good(facts: Facts) -> Iterator[Block]:
    """Scores with all their conditions, and scores over time."""
    score = facts.score
    if score is None:
        yield Paragraph(f"There is no score: {facts.no_score}.")
    else:
        mark = "~" if score.warning else ""
        yield Paragraph(
            f"{score.headline}. KID is the distance between what it paints and real pictures, times 1,000; lower is better. "
            f"Real pictures among themselves have {score.floor.mean:.1f} ± {score.floor.deviation:.1f}; the same pictures seen "
            f"through {SQUARES} × {SQUARES} squares have {score.far:.0f}."
        )
        if score.warning:
            yield Paragraph(f"Careful: {score.warning}.")
        rows = [
            (
                "KID",
                f"{mark}{score.kid.mean:.1f} ± {score.kid.deviation:.1f}",
                "distance to real pictures; 0 is the same",
            ),
            ("FID", f"{mark}{score.fid:.1f}", f"an older distance; {score.about_fid}"),
            ("Precision", f"{mark}{score.support.precision:.2f}", "share of its pictures that look like real ones"),
            ("Recall", f"{mark}{score.support.recall:.2f}", "share of real pictures that it could have painted"),
            (
                "Density",
                f"{mark}{score.support.density:.2f}",
                "how crowded real pictures are around its own; 1 is natural",
            ),
            ("Coverage", f"{mark}{score.support.coverage:.2f}", "share of real pictures with one of its own nearby"),
        ]
        for column, label in score.labels.items():
            reads = f"a reader is right on {percent(label.on_real)} of real ones"
            rows.append((f"Label “{column}”", percent(label.agreement), f"painted as asked for; {reads}"))
        yield Table(tuple(rows), ("Figure", "Value", "What it says"))
        measured = "Measured" if facts.measured_now else "As the model file says: measured"
        yield Paragraph(
            f"{measured} with {score.features}, {score.resizer}, {score.backgrounds}; {score.painted:,} painted pictures "
            f"(seeds {score.seeds}) against {score.real:,} {score.against}; subsets drawn with seed {score.subset_seed}."
        )
    if facts.checkups:
        yield from over_time(facts)


def over_time(facts: Facts) -> Iterator[Block]:
    """The checkups of training as lines."""
    seen = tuple(checkup.seen for checkup in facts.checkups)
    yield Line(
        "KID at the checkups of training (lower is better)", seen, tuple(one.kid for one in facts.checkups), "{:.0f}"
    )
    yield Line(
        "Variety, as a share of that of the training pictures (1 is as varied)",
        seen, tuple(one.variety for one in facts.checkups), "{:.2f}",
    )  # fmt: skip
    yield Paragraph(
        "Checkups compare a few hundred painted pictures with those held back for choosing the best moment (with training "
        "pictures where none were held back), so their KID is rougher than a score, and not quite the same figure."
    )


def copying(facts: Facts, pairs: Sequence[Sheet]) -> Iterator[Block]:
    """Rates of near copies beside those of held-back pictures, and the closest pairs."""
    score = facts.score
    if score is None:
        return
    rows = (
        ("By features (what it shows)", percent(score.copied), percent(score.copied_of_real)),
        ("By pixels (how it looks)", percent(score.copied_pixels), percent(score.copied_pixels_of_real)),
    )
    yield Table(rows, ("Very near to a training picture", "Of its pictures", "Of real ones never trained on"))
    yield Paragraph(
        "Very near means as near as the closest 5 % of training pictures are to each other. The right column is what chance "
        "and the data alone bring: a model that copies lies far above it."
    )
    yield from pairs


def printing(facts: Facts) -> Iterator[Block]:
    """Largest prints."""
    use = {150: "fine at arm's length", 300: "fine from near"}
    rows = tuple(
        (
            f"{size.dpi} dpi, {use[size.dpi]}",
            f"{size.centimetres[0]:g} × {size.centimetres[1]:g} cm",
            f"{size.inches[0]:g} × {size.inches[1]:g} in",
        )
        for size in facts.prints
    )
    yield Table(rows, ("Dots per inch", "Largest print", ""))
    yield Paragraph(
        f"That is for one picture of {facts.width} × {facts.height} pixels as painted. Enlarging it adds pixels, not detail."
    )


def training(facts: Facts) -> Iterator[Block]:
    """Time, machine, energy."""
    machine = facts.machine
    rows = [
        ("Family", f"{facts.family_title} ({facts.family})"),
        ("Pictures seen", seen_in_words(facts)),
        ("Time", duration(facts.seconds) if facts.seconds is not None else "not said"),
    ]
    if machine:
        processor = (
            f"{machine.get('processor', 'unknown')}, {machine.get('threads', '?')} of {machine.get('cores', '?')} cores"
        )
        rows.append(("Machine", f"{machine['gpu']}; {processor}" if "gpu" in machine else processor))
        rows.append(("Programs", f"pinxit {machine.get('pinxit', '?')}, torch {machine.get('torch', '?')}"))
    else:
        rows.append(("Machine", "not said: the model file is not in its run folder"))
    rows.append(("Energy", energy_in_words(facts.energy)))
    rows += [
        ("Weights", f"{facts.parameters:,} numbers, {facts.file_bytes / 1e6:.1f} MB"),
        ("sha256 of the file", facts.sha256),
    ]
    yield Table(tuple(rows))


def seen_in_words(facts: Facts) -> str:
    """How many pictures training saw, and of which moment the model is."""
    if facts.seen is None:
        return "not said"
    if facts.run_seen and facts.run_seen > facts.seen:
        return f"{facts.run_seen:,}, of which the best moment, after {facts.seen:,}, was kept"
    return f"{facts.seen:,} (the same ones come again and again)"


def energy_in_words(energy: Energy | None) -> str:
    """A range, and what it assumes."""
    if energy is None:
        return "not estimated: time or machine is unknown"
    if energy.most < 1:
        least, most, unit = energy.least * 1000, energy.most * 1000, "watt hours"
    else:
        least, most, unit = energy.least, energy.most, "kilowatt hours"
    return f"about {least:.2g} to {most:.2g} {unit}; estimated, not measured: {energy.assumed}"


def duration(seconds: float) -> str:
    """3700 -> "1 h 2 min"."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def painting(facts: Facts) -> Iterator[Block]:
    """The next command to type."""
    yield Code("pinxit make model.safetensors -n 64 --sheet")
    if facts.captions:
        yield Code('pinxit make model.safetensors --text "…" -n 16 --sheet')
    yield Code(
        "import pinxit\n\n"
        'model = pinxit.load("model.safetensors")\n'
        "for painting in model.make(seeds=range(8)):\n"
        '    painting.save(f"painting-{painting.seed}.png")',
        "python",
    )
    if facts.file != "model.safetensors":
        yield Paragraph(f"The file of this model is called {facts.file}.")
