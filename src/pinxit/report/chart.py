"""A line over time as a few strokes of SVG, and the same in words."""

from dataclasses import dataclass

from pinxit.report.escaping import to_html

WIDTH, HEIGHT = 640, 170
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 12, 30


@dataclass(frozen=True)
class Line:
    """`values` (N,) after `seen` (N,) pictures, N at least 1; `form` writes one value, such as "{:.0f}"."""

    title: str
    seen: tuple[int, ...]
    values: tuple[float, ...]
    form: str

    def in_words(self) -> str:
        """What the line shows, for whoever does not see it."""
        lowest = min(range(len(self.values)), key=self.values.__getitem__)
        highest = max(range(len(self.values)), key=self.values.__getitem__)
        if len(self.values) == 1:
            return f"{self.title}: {self.at(0)}, the only one."
        return (
            f"{self.title}: {self.at(0)}, {self.at(-1)} at the end; lowest {self.at(lowest)}, highest {self.at(highest)}; "
            f"{len(self.values)} in all."
        )

    def at(self, place: int) -> str:
        """ "12 after 20,000 pictures"."""
        return f"{self.form.format(self.values[place])} after {self.seen[place]:,} pictures"

    def svg(self) -> str:
        """The drawing; its colours come from the page."""
        top, bottom = max(1e-9, *self.values), min(0.0, *self.values)
        across, up = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        points = [
            (LEFT + across * seen / max(self.seen[-1], 1), TOP + up * (top - value) / (top - bottom))
            for seen, value in zip(self.seen, self.values, strict=True)
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        floor, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        return (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{to_html(self.in_words())}">'
            f'<path class="axis" d="M{LEFT},{TOP}V{floor}H{right}"/>'
            f'<path class="grid" d="M{LEFT},{TOP}H{right}M{LEFT},{TOP + up / 2:.1f}H{right}"/>'
            f'<polyline class="stroke" points="{path}"/>'
            f'<circle class="dot" cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" r="4"/>'
            f'<text x="{LEFT - 6}" y="{TOP + 5}" text-anchor="end">{self.form.format(top)}</text>'
            f'<text x="{LEFT - 6}" y="{floor + 4}" text-anchor="end">{self.form.format(bottom)}</text>'
            f'<text x="{LEFT}" y="{HEIGHT - 8}">0</text>'
            f'<text x="{right}" y="{HEIGHT - 8}" text-anchor="end">{self.seen[-1]:,} pictures seen</text></svg>'
        )
