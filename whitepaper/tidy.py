"""What `make fix` mends: the chain's links, the order of the bibliography and of the word list, and one sentence a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import markdown
from sentencex import segment

from whitepaper import bibtex, chain
from whitepaper.markdown import BLANK
from whitepaper.model import Paper, Place, Problem, Section
from whitepaper.prose import LINK, STRUCTURE, shown
from whitepaper.read import Sources
from whitepaper.spelling import OWN

PARAGRAPH = re.compile(r"(?:^(?!\s*$).*\n?)+", re.M)
ENTRY = re.compile(r"[ \t]*(?:(?:[*+-]|\d+[.)])[ \t]+)+")
PAUSE = re.compile(r"[.!?][^\w\s]*\s")
ENDED = re.compile(r"[.!?:;…][\"”’')\]»]*$")
LABEL = re.compile(r"(?:^|\s)(\*\*|__)[^*_]*\1$")
BLOCK = re.compile(r"[ \t]*(?:[#>|<\\:=]|[*+-](?:\s|$)|\d+[.)](?:\s|$)|!!!|\?\?\?|\[\^|```|~~~)")


def tidied(paper: Paper, sources: Sources) -> dict[str, str]:
    """The texts that differ from how they should stand, by path, as they should."""
    order = chain.intended(paper.sections)
    texts = chain.linked(order, paper.sections) if order else {}
    for path, section in paper.sections.items():
        edits = list(_sentences(section))
        if edits:
            whole = texts.get(path, section.text)
            shift = len(whole) - len(section.text)  # a changed link stands in the front matter, before every sentence
            texts[path] = _edited(whole, [(a + shift, b + shift, new) for a, b, new in edits])
    for path in sources.bibliographies:
        text = (sources.root / path).read_text(encoding="utf-8")
        texts |= {path: done} if (done := bibtex.ordered(text)) != text else {}
    return texts | _words(sources.root)


def check(sources: Sources) -> Iterator[Problem]:
    """What `make fix` would mend in the bibliography and the word list, at the first line that is out of order."""
    for path in (*sources.bibliographies, OWN):
        now = (sources.root / path).read_text(encoding="utf-8") if (sources.root / path).is_file() else ""
        then = bibtex.ordered(now) if path != OWN else _words(sources.root).get(path, now)
        if now != then:
            pairs = zip(now.split("\n"), then.split("\n"), strict=False)
            line = next((n for n, (a, b) in enumerate(pairs, 1) if a != b), 1)
            yield Problem(Place(path, line), "is out of order from here on", "run make fix")


def crowded(section: Section) -> Iterator[Problem]:
    """Lines that hold more than one sentence."""
    lines = {section.text.count("\n", 0, start) + 1 for start, _, new in _sentences(section) if new != " "}
    yield from (Problem(Place(section.path, line), "has more than one sentence", "give each its own line, or run make fix") for line in sorted(lines))


def _words(root: Path) -> dict[str, str]:
    """The word list sorted, each word once, if it is not."""
    path = root / OWN
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8")
    head = [line for line in text.splitlines() if line.startswith("#")]
    words = sorted({line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")}, key=lambda w: (w.casefold(), w))
    done = "\n".join([*head, *words]) + "\n"
    return {OWN: done} if done != text else {}


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    """A text with stretches replaced."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _sentences(section: Section) -> Iterator[tuple[int, int, str]]:
    """What gives each sentence of the running text and of lists a line of its own, as (start, end, new text)."""
    mask = shown(section)
    links = [m.span() for m in LINK.finditer(section.text)]
    for block in PARAGRAPH.finditer(mask, section.body):
        words = section.text[block.start() : block.end()]
        edits = list(_in_block(section.text, mask, *block.span(), links))
        if edits and _drawn(words) == _drawn(_edited(words, [(a - block.start(), b - block.start(), new) for a, b, new in edits])):
            yield from edits


def _drawn(words: str) -> str:
    """What a block is drawn as, whatever its white space."""
    return " ".join(markdown.markdown(words, extensions=["admonition", "def_list", "footnotes", "tables"]).split())


def _in_block(text: str, mask: str, start: int, end: int, links: list[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """The edits of lines that stand together: of a paragraph as a whole, of lists and boxes line by line."""
    words = text[start:end]
    if not words[:1].isspace() and not STRUCTURE.search(words):
        yield from _in_stretch(text, mask, start, end, "", links)
        return
    for line in mask[start:end].split("\n"):
        raw = text[start : start + len(line)]
        found = ENTRY.match(raw)
        if not BLOCK.match(raw[len(found[0]) :] if found else raw):
            indent = " " * len(found[0]) if found else re.match(r"[ \t]*", raw)[0]  # type: ignore[index]  # matches always
            yield from _in_stretch(text, mask, start + len(found[0] if found else ""), start + len(line), indent, links)
        start += len(line) + 1


def _in_stretch(text: str, mask: str, start: int, end: int, indent: str, links: list[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """The edits of a paragraph or of a line of a list."""
    if not PAUSE.search(mask.replace(BLANK, "_"), start, end) and "\n" not in mask[start : end - 1]:
        return
    visible = [n for n in range(start, end) if mask[n] != BLANK]
    plain = "".join(" " if mask[n].isspace() else mask[n] for n in visible)
    begins, at = [], 0
    for sentence in segment("en", plain):
        at += len(sentence)
        if at < len(visible) and sentence.strip():
            begins.append(visible[at])
    boundaries = {_gap(text, start, begin) for begin in begins}
    for gap in sorted(boundaries):
        before, after = text[start : gap[0]], text[gap[1] : end]
        inside = any(a < gap[0] < b for a, b in links) or before.count("(") > before.count(")")
        apart = not inside and not LABEL.search(before) and any(c.isalnum() for c in before)
        if gap[0] < gap[1] and "\n" not in text[gap[0] : gap[1]] and after.strip() and apart and not BLOCK.match(after):
            yield *gap, "\n" + indent
    for m in re.finditer(r"[ \t]*\n[ \t]*(?=\S)", text[start:end]) if not indent else ():
        line_end = mask[start : start + m.start()].replace(BLANK, "").rstrip()
        hard = m[0].startswith("  ") or text[: start + m.start()].endswith("\\")
        gap = start + m.start(), start + m.end()
        if (
            gap not in boundaries
            and line_end
            and not BLOCK.match(text[gap[1] :])
            and not ENDED.search(line_end)
            and not hard
            and not any(a < gap[0] < b for a, b in links)
        ):
            yield *gap, " "


def _gap(text: str, start: int, begin: int) -> tuple[int, int]:
    """The white space before the word or mark in which a sentence begins."""
    last = begin
    while last > start and not text[last - 1].isspace():
        last -= 1
    first = last
    while first > start and text[first - 1].isspace():
        first -= 1
    return first, last
