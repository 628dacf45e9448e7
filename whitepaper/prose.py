"""How the paper reads: its running text, its grade, long sentences, words said twice, and spelling."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from sentencex import segment

from whitepaper.markdown import ATTRIBUTES, AUTOLINK, BLANK, TAG, blank, blanked, without, without_code
from whitepaper.model import Paper, Place, Problem, Section

STRUCTURE = re.compile(r"^[ \t]*(?:#|[*+-][ \t]|\d+[.)][ \t]|\||!!!|\?\?\?|\[\^|>|\\|<).*$", re.M)
FRONT = re.compile(r"^(?P<before>[ \t]*(?:title|description|text):[ \t]*)(?P<words>.*)$", re.M)
LINK = re.compile(r"!?\[(?P<words>[^\]]*)\]\([^)]*\)")
FOREIGN = re.compile(r"<(?P<tag>\w+)\b[^>]*\blang=(?!\"?en)[^>]*>.*?</(?P=tag)>", re.S)
TWICE = re.compile(r"\b(?P<word>[^\W\d_]+)(?P<gap>[ \t]+|[ \t]*\n[ \t]*)(?P=word)\b(?!['’-])", re.I)
MEANT_TWICE = frozenset({"had", "that"})
WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
PACE = 238  # words a minute that adults read silently in English non-fiction, the mean of 190 studies (Brysbaert, 2019)
LONGEST = 45
GRADE = 15.0
GRADES = {"docs/plain-language.md": 8.0}


def shown(section: Section) -> str:
    """A section's own words, each where it stands: what is not words (code, citations, targets, markup) is blanked.

    Title and description are words too.
    """
    bare = without_code(blank(section.text, 0, section.body))
    stretches = [(c.start, c.end) for c in section.citations if c.cites[0].mode != "narrative"] + [(m.start, m.end) for m in section.marks]
    text = blanked(without(bare, FOREIGN), stretches)
    for citation in section.citations:
        if citation.cites[0].mode == "narrative":
            width = citation.end - citation.start
            text = text[: citation.start] + "Author"[:width].ljust(width, BLANK) + text[citation.end :]
    text = LINK.sub(_words_of_link, text)
    text = without(without(without(without(text, AUTOLINK), TAG), ATTRIBUTES), re.compile(r"[*_`]{1,3}"))
    front = FRONT.sub(lambda m: BLANK * len(m["before"]) + m["words"], section.text[: section.body])
    kept = {line for m in FRONT.finditer(section.text[: section.body]) for line in [section.text.count("\n", 0, m.start())]}
    head = "\n".join(line if n in kept else BLANK * len(line) for n, line in enumerate(front.split("\n")))
    return head + text[section.body :]


def _words_of_link(m: re.Match[str]) -> str:
    """A link's words, each where it stands, the rest blanked."""
    words = m.start("words") - m.start()
    return BLANK * words + m["words"] + re.sub(r"[^\n]", BLANK, m[0][words + len(m["words"]) :])


def running_text(section: Section) -> str:
    """A section's sentences: no headings, lists, tables, citations or marks, and of links the words alone."""
    text = STRUCTURE.sub("", shown(section)[section.body :]).replace(BLANK, "")
    return re.sub(r"[ \t]+", " ", re.sub(r"\s+([.,;:)])", r"\1", text)).strip()


def minutes(section: Section) -> int:
    """How long a section takes to read, in whole minutes, lists included."""
    bare = blanked(without_code(blanked(section.text, [(0, section.body)])), [(c.start, c.end) for c in section.citations])
    return max(1, round(len(WORD.findall(bare)) / PACE))


def grade(text: str) -> float:
    """The school grade (Flesch-Kincaid) at which a text reads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # textstat leans on a part of setuptools that says it is old
        import textstat

    return float(textstat.flesch_kincaid_grade(text))


def grades(paper: Paper) -> tuple[tuple[str, int, float], ...]:
    """Each page with running text: its path, words and grade; the reading order first."""
    order = [step.path for step in paper.order]
    found = [(path, running_text(paper.sections[path])) for path in [*order, *sorted(set(paper.sections) - set(order))]]
    return tuple((path, len(text.split()), grade(text)) for path, text in found if len(text.split()) > 20)


def table(paper: Paper) -> str:
    """Words and grade of each page, as a table to print."""
    rows = [f"{path:40} {words:6} {reads:6.1f}" for path, words, reads in grades(paper)]
    return "\n".join([f"{'page':40} {'words':>6} {'grade':>6}", *rows])


def check(paper: Paper) -> Iterator[Problem]:
    """Pages that are hard to read, sentences that are long, and words said twice."""
    for path, words, reads in grades(paper):
        highest = GRADES.get(path, GRADE)
        if reads > highest and words > 100:
            yield Problem(Place(path), f"reads at grade {reads:.1f}, above {highest:.0f}", "shorten its longest sentences and words")
    for section in paper.sections.values():
        text = shown(section)
        for number, line in enumerate(text.split("\n"), 1):
            if "|" not in line[:4] and number > text.count("\n", 0, section.body):
                yield from _long(Place(section.path, number), line)
        for m in TWICE.finditer(text):
            if m["word"].lower() not in MEANT_TWICE and "\n\n" not in m["gap"]:
                yield Problem(Place(section.path, text.count("\n", 0, m.start()) + 1), f"says '{' '.join(m[0].split())}'", f"write '{m['word']}' once")


def _long(place: Place, line: str) -> Iterator[Problem]:
    """A sentence of a line that has too many words."""
    for sentence in segment("en", line.replace(BLANK, "")) if len(line.split()) > LONGEST else ():
        words = [word for word in sentence.split() if any(c.isalnum() for c in word)]
        if len(words) > LONGEST:
            yield Problem(place, f"has a sentence of {len(words)} words ('{' '.join(words[:5])} …')", f"split it, at most {LONGEST} words each")
