"""An exhibit as a static figure: SVG with real text, that takes the page's own colours.

A figure here is a forest plot: a first column of labels, then `x`, `x_low` and `x_high`.
It is drawn here, because a drawing library took as long over it as pandoc over 150 references.
"""

from __future__ import annotations

import html
import math
import re

from whitepaper.language import Words
from whitepaper.model import Column, Exhibit, Paper

WIDTH, ROW, EDGE = 320, 46, 6  # of the plot, of an estimate, and around all of it
MARK, TICK, BELOW = 4.75, 5, 64  # half a mark; a tick; and what stands under the plot: ticks, directions and title
STEPS, FONT = (1, 2, 5, 10), "system-ui, sans-serif"


def estimate(exhibit: Exhibit) -> Column | None:
    """The column that has an interval, if there is one."""
    names = {c.name for c in exhibit.columns}
    return next((c for c in exhibit.columns if {f"{c.name}_low", f"{c.name}_high"} <= names), None)


def drawn(paper: Paper, words: Words) -> dict[str, str]:
    """The SVG of each exhibit that is a figure, by its name."""
    return {x.name: forest(x, words) for x in paper.exhibits.values() if x.kind != "table" and estimate(x) is not None}


def draw(exhibit: Exhibit, name: str, svg: str) -> str:
    """The figure with its caption and long description."""
    identity = f"figure-{exhibit.name}"
    described = f'role="img" aria-labelledby="{identity}-title {identity}-description"'
    titles = (
        f'<title id="{identity}-title">{html.escape(f"{name}. {exhibit.caption}")}</title>'
        f'<desc id="{identity}-description">{html.escape(exhibit.alternative)}</desc>'
    )
    svg = re.sub(r"<svg\b([^>]*)>", lambda m: f"<svg {described}{_viewbox(m[1])}>{titles}", svg, count=1)
    caption = f"<figcaption><strong>{html.escape(name)}.</strong> {html.escape(exhibit.caption)}</figcaption>"
    return f'<figure class="wp-figure">\n{svg}\n{caption}\n</figure>'


def _viewbox(attributes: str) -> str:
    box = re.search(r'viewBox="[^"]*"', attributes)
    return f' {box[0]} class="wp-svg" focusable="false"' if box else ""


def forest(exhibit: Exhibit, words: Words) -> str:
    """A forest plot as SVG: each estimate with its interval and its numbers, the line of no effect, and an axis."""
    column = estimate(exhibit)
    assert column is not None, f"{exhibit.name} has no interval to draw"
    place, said = {c.name: n for n, c in enumerate(exhibit.columns)}, words["figures"]
    low, middle, high = ([float(row[place[column.name + end]]) for row in exhibit.rows] for end in ("_low", "", "_high"))
    ticks = _ticks(min(0.0, *low), max(0.0, *high))
    first, last, height = ticks[0], ticks[-1], ROW * len(exhibit.rows)

    def x(value: float) -> float:
        return (value - first) / (last - first) * WIDTH

    parts = [_line(x(0), 0, x(0), height, 'stroke-dasharray="4,3"'), _line(0, height, WIDTH, height)]
    for n, row in enumerate(exhibit.rows):
        y = (n + 0.5) * ROW
        told = said["interval"].format(estimate=_number(middle[n]), low=_number(low[n]), high=_number(high[n]))
        mark = f'<rect x="{x(middle[n]) - MARK:.1f}" y="{y - MARK:.1f}" width="{2 * MARK}" height="{2 * MARK}" fill="currentColor"/>'
        parts += [_line(x(low[n]), y, x(high[n]), y, 'stroke-width="2"'), mark, _text(0, y - 11, str(row[0]), "start"), _text(WIDTH, y - 11, told, "end")]
    for value in ticks:
        anchor = "start" if value == first else "end" if value == last else "middle"
        parts += [_line(x(value), height, x(value), height + TICK), _text(x(value), height + 18, _number(value, 1), anchor)]
    parts += [_text(at, height + 38, said[key], side, 'font-style="italic"') for key, at, side in (("below", 0, "start"), ("above", WIDTH, "end"))]
    parts.append(_text(WIDTH / 2, height + 58, column.label, "middle"))
    box = f"{-EDGE} {-EDGE} {WIDTH + 2 * EDGE} {height + BELOW + 2 * EDGE}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><g font-family="{FONT}">{"".join(parts)}</g></svg>'


def _ticks(low: float, high: float) -> list[float]:
    """Round values, about five, from one at or below `low` to one at or above `high`.

    >>> _ticks(-0.11, 0.61)
    [-0.2, 0.0, 0.2, 0.4, 0.6, 0.8]
    """
    rough = (high - low) / 5 or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s for s in STEPS if s * power >= rough * 0.999) * power
    return [round(n * step, 6) for n in range(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1)]


def _line(x1: float, y1: float, x2: float, y2: float, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="currentColor"{" " + more if more else ""}/>'


def _text(x: float, y: float, words: str, anchor: str, more: str = "") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} fill="currentColor" font-size="12px"{" " + more if more else ""}>{html.escape(words, False)}</text>'


def _number(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}".replace("-", "−")
