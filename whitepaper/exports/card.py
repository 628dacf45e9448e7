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
LETTER, LEADING = 0.53, 1.2  # of the size: how wide a letter is, and how high a line
INK, PAPER, LINE = "#14303a", "#f6f4ee", "#2c6e7f"


def image(record: Publication, words: Words, cache: Cache) -> bytes:
    """The card as PNG; the same record gives the same bytes."""
    drawn = svg(record, words)
    name = digest("card", source_version(__file__), version("vl-convert-python"), drawn)
    return base64.b64decode(cache.result(name, lambda: base64.b64encode(vl_convert.svg_to_png(drawn, scale=1)).decode("ascii")))


def svg(record: Publication, words: Words) -> str:
    """The card as SVG; long titles are set smaller and broken over lines."""
    size = 84 if len(record.title) <= 60 else 60
    title, subtitle = _lines(record.title, size), _lines(record.subtitle, 42)
    said = words["cite"]["card"].format(version=record.version, date=date(record.date, words))
    foot = [*_lines(", ".join(c.whole for c in record.authors), 28), said]
    below = EDGE + size / 2 + len(title) * size * LEADING
    rows = [
        *_rows(title, size, EDGE + size / 2, "bold"),
        *_rows(subtitle, 42, below, "normal"),
        *_rows(foot, 28, HEIGHT - EDGE - (len(foot) - 1) * 28 * LEADING, "normal"),
    ]
    ruled = HEIGHT - EDGE - len(foot) * 28 * LEADING - 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/><rect width="24" height="{HEIGHT}" fill="{LINE}"/>'
        f'<rect x="{EDGE}" y="{ruled:g}" width="120" height="4" fill="{LINE}"/>{"".join(rows)}</svg>'
    )


def _lines(text: str, size: int) -> list[str]:
    """A text over as few lines as it takes, of about one length."""
    most = int((WIDTH - 2 * EDGE) / (size * LETTER))
    lines = textwrap.wrap(text, most)
    return next((even for width in range(10, most) if len(even := textwrap.wrap(text, width)) == len(lines)), lines)


def _rows(lines: list[str], size: int, top: float, weight: str) -> list[str]:
    return [
        f'<text x="{EDGE}" y="{top + n * size * LEADING:g}" font-family="{FONT}" font-size="{size}" font-weight="{weight}" fill="{INK}">{e(line)}</text>'
        for n, line in enumerate(lines)
    ]
