"""Boxes that a browser lays out only when they come near the window, each with a class that says how high it is, in lines.

Without them a long page keeps an old phone busy for seconds before it can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

HEADING = re.compile(r"(^<h[23]\b.*?</h[23]>)", re.S | re.M)
HOLDING = ("div", "section", "article", "nav", "aside", "blockquote", "details", "ul", "ol", "li", "dl", "dd", "table", "td", "figure")
TAG, BLOCK = re.compile(r"<[^>]+>"), re.compile(r"<(?:p|li|dt|dd|tr|h[4-6]|figure)\b")
WIDTH, HEIGHTS = 65, (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)  # characters in a line; lines that the style sheet knows


def in_runs(content: str) -> str:
    """A page's HTML with all that stands between two headings, from the first below the title on, in a box of its own.

    >>> in_runs("<h1>A</h1>\\n<p>B</p>\\n<h2>C</h2>\\n<p>D</p>")
    '<h1>A</h1>\\n<p>B</p>\\n<h2>C</h2>\\n<div class="wp-run wp-lines-4">\\n<p>D</p>\\n</div>\\n'
    """
    first, *rest = HEADING.split(content)
    return first + "".join(part if n % 2 == 0 else _in_run(part) for n, part in enumerate(rest))


def _in_run(part: str) -> str:
    """What follows a heading in a box, where it is whole: what is opened in it is closed in it."""
    if not part.strip() or any(len(re.findall(rf"<{tag}\b", part)) != part.count(f"</{tag}>") for tag in HOLDING):
        return part
    return f'\n<div class="wp-run {height([part])}">\n{part.strip()}\n</div>\n'


def height(parts: Iterable[str]) -> str:
    """The class of a box that holds some HTML: its height in lines of a wide window, by the characters and blocks in it."""
    lines = sum(len(TAG.sub("", part)) / WIDTH + 1.5 * len(BLOCK.findall(part)) for part in parts)
    return f"wp-lines-{next((n for n in HEIGHTS if lines <= n), HEIGHTS[-1])}"
