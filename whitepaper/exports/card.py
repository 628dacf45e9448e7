"""The card that a shared link shows: title, subtitle and version, in a font that comes with the drawing library."""

from __future__ import annotations

import base64
import textwrap
from html import escape as e
from importlib.metadata import version

import vl_convert

from whitepaper.cache import Cache, digest, source_version
from whitepaper.language import Words, date
from whitepaper.model import Publication

PATH = "assets/card.png"
WIDTH, HEIGHT = 1200, 630
EDGE, FONT = 90, "Liberation Sans"
INK, PAPER, LINE = "#14303a", "#f6f4ee", "#2c6e7f"


def image(record: Publication, words: Words, cache: Cache) -> bytes:
    """The card as PNG; the same record gives the same bytes."""
    drawn = svg(record, words)
    name = digest("card", source_version(__file__), version("vl-convert-python"), drawn)
    known = cache.get(name)
    if known is None:
        known = base64.b64encode(vl_convert.svg_to_png(drawn, scale=1)).decode("ascii")
        cache.put(name, known)
    return base64.b64decode(known)


def svg(record: Publication, words: Words) -> str:
    """The card as SVG; long titles are set smaller and broken over lines."""
    size = 76 if len(record.title) <= 48 else 56
    rows = _rows(record.title, size, EDGE + 120, "bold")
    below = EDGE + 120 + len(textwrap.wrap(record.title, _columns(size))) * size * 1.2 + 10
    rows += _rows(record.subtitle, 42, below, "normal")
    foot = words["cite"]["card"].format(version=record.version, date=date(record.date, words), authors=", ".join(c.whole for c in record.authors))
    rows += _rows(foot, 28, HEIGHT - EDGE - 34 * (len(textwrap.wrap(foot, _columns(28))) - 1), "normal")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/><rect width="24" height="{HEIGHT}" fill="{LINE}"/>'
        f'<rect x="{EDGE}" y="{HEIGHT - EDGE - 70}" width="120" height="4" fill="{LINE}"/>{"".join(rows)}</svg>'
    )


def _columns(size: int) -> int:
    """How many letters of a size a line holds."""
    return int((WIDTH - 2 * EDGE) / (size * 0.55))


def _rows(text: str, size: int, top: float, weight: str) -> list[str]:
    return [
        f'<text x="{EDGE}" y="{top + n * size * 1.2:g}" font-family="{FONT}" font-size="{size}" font-weight="{weight}" fill="{INK}">{e(line)}</text>'
        for n, line in enumerate(textwrap.wrap(text, _columns(size)))
    ]
