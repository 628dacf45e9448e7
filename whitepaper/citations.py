"""What is a citation, in pandoc's syntax, and what is one only typed as text.

Both recognisers take text in which code, links, tags and addresses are blanked (`markdown.links`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace

from whitepaper.markdown import BLANK, blanked, brackets, line_of
from whitepaper.model import Citation, Cite, Place, Problem, Typed

KEY = r"(?:\{(?P<braced>[^{}\s]+)\}|(?P<bare>\w(?:\w|[:.#$%&+?<>~/-](?=\w))*))"
CITE = re.compile(r"(?<![\w\\@])(?P<minus>-?)@" + KEY)
NARRATIVE = re.compile(r"(?<![\w\\@/])(?P<minus>-?)@" + KEY)

NAME = r"(?:(?:[dD]e|[dD]e la|[vV]an|[vV]an de[nr]?|[vV]on|[dD]er|[dD]el|[lL]e|[lL]a|[dD]i|[dD]a|[tT]e[nr])\s)?[A-ZÀ-ÖØ-Þ][\w’'ʼ-]*[\w]"
LONG = rf"{NAME}(?:(?:\s(?:of|for|and|the|on|in|de|du|des|et)\b)*\s{NAME})*"
PART = re.compile(
    rf"^\s*(?:(?:see|see also|cf\.|e\.g\.|i\.e\.|e\.g\.,|for example,?)\s+)?"
    rf"(?P<names>{LONG}(?:,\s+{NAME})*(?:,?\s*(?P<amp>&|and)\s*{NAME})?)(?:,?\s+(?P<etal>et al\.?))?,?\s+"
    r"(?P<year>(?:1[89]|20)\d\d[a-z]?|n\.d\.)(?:,\s*(?P<locator>pp?\.\s*[\w–-]+|[^;]*))?\s*$"
)
PARENTHESIS = re.compile(r"\(([^()\n]*(?:\n[^()\n]+)?)\)")
YEAR = re.compile(r"(?<!\d)(?:(?:1[89]|20)\d\d|n\.d\.)(?!\d)")
IN_SENTENCE = re.compile(
    rf"(?P<names>{NAME}(?:,\s{NAME})*(?:,?\s(?P<amp>&|and)\s{NAME})?)(?:,?\s(?P<etal>et al\.?))?\s\((?P<year>(?:1[89]|20)\d\d[a-z]?)(?:,\s*pp?\.[^()]*)?\)"
)


def _segments(inner: str) -> Iterator[tuple[int, str]]:
    """The parts of a group between semicolons, with their offsets; braces and brackets hold theirs together."""
    depth, start = 0, 0
    for at, char in enumerate(inner):
        depth += char in "{[" and not inner.startswith("@{", at - 1)
        depth -= char in "}]" and depth > 0
        if char == ";" and depth == 0:
            yield start, inner[start:at]
            start = at + 1
    yield start, inner[start:]


def _cite(segment: str, shown: str) -> Cite | str:
    """One work of a group, or what is wrong with it. `shown` is the segment as written."""
    found = list(CITE.finditer(segment))
    if not found:
        return f"'{shown.strip()}' names no work"
    if len(found) > 1:
        return f"'{shown.strip()}' names {len(found)} works"
    m = found[0]
    key = m["braced"] or m["bare"]
    return Cite(key, shown[: m.start()].strip(), shown[m.end() :].rstrip(), "year" if m["minus"] else "normal")


def _group(inner: str, shown: str) -> tuple[list[Cite], list[str]]:
    """The works of a group between brackets, and what is wrong with it."""
    parts = [_cite(s, shown[at : at + len(s)]) for at, s in _segments(inner)]
    return [p for p in parts if isinstance(p, Cite)], [p for p in parts if isinstance(p, str)]


def recognise(text: str, visible: str, path: str, body: int = 0) -> tuple[tuple[Citation, ...], list[Problem]]:
    """Every citation of a section, in order, and those that cannot be read.

    `[see @a, p. 3; -@b]` is one citation of two works; `@a [p. 3]` is one in narrative form.
    """
    done: list[Citation] = []
    problems: list[Problem] = []
    taken: list[tuple[int, int]] = []
    groups = [(s, e) for s, e in brackets(visible) if s >= body and "@" in visible[s:e]]
    for start, end in groups:
        inner = visible[start + 1 : end - 1]
        if inner.startswith("^"):
            taken.append((start, end))
            continue
        if not CITE.search(inner):
            continue
        lead = re.search(r"(?<![\w\\@/])@" + KEY + r"[ \t]?$", visible[max(body, start - 200) : start])
        cites, wrong = _group(inner, text[start + 1 : end - 1])
        if lead and visible[start - 1] != "]":
            cites, wrong = _after_narrative(inner, text[start + 1 : end - 1])
        line = line_of(text, start)
        taken.append((start, end))
        if wrong:
            what = f"'[{text[start + 1 : end - 1]}]' is no citation that can be read: {' and '.join(wrong)}"
            problems.append(Problem(Place(path, line), " ".join(what.split()), "write one key for each part between semicolons, '[@one, p. 3; @two]'"))
            continue
        if not lead:
            done.append(Citation(start, end, line, tuple(cites)))
    starts = [s for s, _ in taken]
    for m in NARRATIVE.finditer(visible, body):
        before = bisect_right(starts, m.start()) - 1
        if before < 0 or m.start() >= taken[before][1]:
            first = Cite(m["braced"] or m["bare"], "", "", "year" if m["minus"] else "narrative")
            done.append(_narrative(m, first, text, visible))
    return tuple(sorted(done, key=lambda c: c.start)), problems


def _narrative(m: re.Match[str], first: Cite, text: str, visible: str) -> Citation:
    """A narrative citation with what stands in the brackets after it, if that can be read."""
    start, end, line = m.start(), m.end(), line_of(text, m.start())
    opened = re.match(r"[ \t]?\[", visible[end : end + 2])
    at = end + opened.end() - 1 if opened else end
    stop = next((at + e for s, e in brackets(visible[at : at + 400]) if s == 0), None) if opened else None
    if stop is None or visible[at + 1] == "^" or BLANK in visible[at:stop] or visible[stop : stop + 1] in ("(", "["):
        return Citation(start, end, line, (first,))
    rest, wrong = _after_narrative(visible[at + 1 : stop - 1], text[at + 1 : stop - 1])
    if wrong or not rest:
        return Citation(start, end, line, (first,))
    if not rest[0].key:
        first, rest = replace(first, suffix=rest[0].suffix), rest[1:]
    return Citation(start, stop, line, (first, *rest))


def _after_narrative(inner: str, shown: str) -> tuple[list[Cite], list[str]]:
    """What stands in the brackets after a narrative citation: a locator, as a cite without key, then works."""
    first, *rest = _segments(inner)
    if CITE.search(first[1]):
        return _group(inner, shown)
    locator = Cite("", "", ", " + shown[: len(first[1])].strip().removeprefix(","))
    if not rest:
        return [locator], []
    cites, wrong = _group(inner[rest[0][0] :], shown[rest[0][0] :])
    return [locator, *cites], wrong


def commands(visible: str, body: int, names: tuple[str, str]) -> tuple[tuple[str, int, int], ...]:
    r"""The places of `\bibliography` and `\full_bibliography`, whatever their names, as (command, start, end)."""
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    found = re.finditer(rf"(?<![\w\\])(?:{either})\b", visible)
    return tuple((r"\bibliography" if m[0] == names[0] else r"\full_bibliography", m.start(), m.end()) for m in found if m.start() >= body)


def _names(found: re.Match[str]) -> tuple[str, ...]:
    """The surnames of a typed citation."""
    joined = found["names"]
    if found["amp"]:
        joined = re.sub(rf",?\s*(?:&|\band\b)\s*(?={NAME}$)", ", ", joined)
    return tuple(name.strip() for name in joined.split(",") if name.strip())


def typed(visible: str, body: int, citations: tuple[Citation, ...]) -> tuple[Typed, ...]:
    """Citations typed as text: `(Krystal et al., 1994)`, `(A & B, 2012; C et al., 2010)`, `C et al. (2010)`.

    The forms with "et al." or "&" are certain; a plain name with a year is one only if a reference matches.
    """
    visible = blanked(visible, [(c.start, c.end) for c in citations])
    done: list[Typed] = []
    for year in YEAR.finditer(visible, body):
        opening = visible.rfind("(", max(body, year.start() - 400), year.start())
        if opening >= 0 and (m := PARENTHESIS.match(visible, opening)) and m.end() > year.start():
            done += _parts(m, line_of(visible, opening))
        before = max(body, year.start() - 120)
        for m in IN_SENTENCE.finditer(visible, before, year.start() + 40):
            if m.start("year") == year.start():
                certain = bool(m["etal"]) or m["amp"] == "&"
                text = " ".join(m[0].split())
                done.append(Typed(line_of(visible, m.start()), text, _names(m), bool(m["etal"]), m["year"], True, m.start(), certain))
    return tuple(dict.fromkeys(done))


def _parts(found: re.Match[str], line: int) -> Iterator[Typed]:
    """The typed citations between two parentheses."""
    for part in found[1].split(";"):
        text = " ".join(part.split())
        if m := PART.match(text):
            certain = bool(m["etal"]) or m["amp"] == "&"
            yield Typed(line, text, _names(m), bool(m["etal"]), m["year"], False, found.start(), certain)
