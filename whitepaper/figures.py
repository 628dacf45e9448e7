"""An exhibit as a static figure: SVG with real text, drawn by Vega-Lite, that takes the page's own colours.

A figure here is a forest plot: a first column of labels, then `x`, `x_low` and `x_high`.
"""

from __future__ import annotations

import html
import re
from functools import partial
from importlib.metadata import version
from typing import Any

from whitepaper.cache import Cache, digest, source_version
from whitepaper.language import Words
from whitepaper.model import Column, Exhibit, Paper

VERSION = source_version(__file__)
WIDTH, ROW = 320, 46
INK = "#123456"  # stands for the text's own colour, and is replaced by it
FONT = "system-ui, sans-serif"


def estimate(exhibit: Exhibit) -> Column | None:
    """The column that has an interval, if there is one."""
    names = {c.name for c in exhibit.columns}
    return next((c for c in exhibit.columns if {f"{c.name}_low", f"{c.name}_high"} <= names), None)


def drawn(paper: Paper, words: Words, cache: Cache) -> dict[str, str]:
    """The SVG of each exhibit that is a figure, by its name."""
    done: dict[str, str] = {}
    for exhibit in paper.exhibits.values():
        if exhibit.kind == "table" or estimate(exhibit) is None:
            continue
        name = digest("figure", VERSION, version("vl-convert-python"), _forest(exhibit, words))
        done[exhibit.name] = str(cache.result(name, partial(_svg, exhibit, words)))
    return done


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


def _svg(exhibit: Exhibit, words: Words) -> str:
    """Vega-Lite's SVG of a forest plot, its colour replaced by the page's."""
    import vl_convert  # takes 30 ms, and most builds find their figures kept

    svg = vl_convert.vegalite_to_svg(_forest(exhibit, words))
    svg = svg.replace(f'"{INK}"', '"currentColor"')
    svg = re.sub(r"<\?xml[^>]*>|<!DOCTYPE[^>]*>", "", svg)
    svg = re.sub(r' (?:aria-\w+|role|aria-roledescription|tabindex)="[^"]*"', "", svg)
    return re.sub(r"<(/?)title>[^<]*(?:</title>)?", "", svg).strip()


def _forest(exhibit: Exhibit, words: Words) -> dict[str, Any]:
    """A forest plot as a Vega-Lite specification: estimates with their intervals and the line of no effect."""
    column = estimate(exhibit)
    assert column is not None, f"{exhibit.name} has no interval to draw"
    place = {c.name: n for n, c in enumerate(exhibit.columns)}
    said = words["figures"]
    values = []
    for n, row in enumerate(exhibit.rows):
        low, middle, high = (float(row[place[column.name + end]]) for end in ("_low", "", "_high"))
        told = said["interval"].format(estimate=_number(middle), low=_number(low), high=_number(high))
        values.append({"n": n, "label": str(row[0]), "low": low, "x": middle, "high": high, "told": told})
    least, most = min(min(v["low"] for v in values), 0), max(max(v["high"] for v in values), 0)
    x: dict[str, Any] = {"field": "x", "type": "quantitative", "title": column.label, "axis": {"tickCount": 5}}
    x["scale"] = {"domain": [least - 0.1, most + 0.1], "nice": True}
    y: dict[str, Any] = {"field": "n", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0, "paddingOuter": 0}}
    text = {"color": INK, "font": FONT}
    height = ROW * len(values)
    rule = {"type": "rule", "color": INK}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "height": height,
        "background": None,
        "data": {"values": values},
        "layer": [
            {"data": {"values": [{"x": 0}]}, "mark": {**rule, "strokeDash": [4, 3]}, "encoding": {"x": {"field": "x", "type": "quantitative"}}},
            {"mark": {**rule, "strokeWidth": 2}, "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y}},
            {"mark": {"type": "point", "shape": "square", "filled": True, "size": 90, "color": INK, "opacity": 1}, "encoding": {"x": x, "y": y}},
            {"mark": {"type": "text", "align": "left", "dy": -15, "fontSize": 12, **text}, "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "label"}}},
            {
                "mark": {"type": "text", "align": "right", "dy": -15, "fontSize": 12, **text},
                "encoding": {"x": {"value": WIDTH}, "y": y, "text": {"field": "told"}},
            },
            *(
                {"data": {"values": [{}]}, "mark": {"type": "text", "align": side, "fontSize": 11, "fontStyle": "italic", **text}}
                | {"encoding": {"x": {"value": at}, "y": {"value": height + 34}, "text": {"value": said[key]}}}
                for side, at, key in (("left", 0, "below"), ("right", WIDTH, "above"))
            ),
        ],
        "config": {
            "view": {"stroke": None},
            "axis": {"labelColor": INK, "titleColor": INK, "domainColor": INK, "tickColor": INK, "grid": False, "labelFontSize": 12, "titleFontSize": 12}
            | {"labelFont": FONT, "titleFont": FONT, "titleFontWeight": "normal", "titlePadding": 26, "labelOverlap": "greedy"},
        },
    }


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
