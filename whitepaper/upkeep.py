"""What a page shows of its upkeep: the day it was last read against its sources, and what last changed in it."""

from __future__ import annotations

import re
from html import escape as e

import markdown

from whitepaper.bibliography import Address, Drawing
from whitepaper.exports import feed
from whitepaper.language import Words, date
from whitepaper.model import Change, Paper, Section

CHANGES = "docs/changes.md"
CLAIM = re.compile(r"\bC\d+\.\d+\b")
PARTS = r"\d+(?:\.\d+)*"


def shown(path: str, drawing: Drawing, address: Address) -> str:
    """A line for a page, to unfold where something changed in it; nothing where neither is known."""
    section, said = drawing.paper.sections[path], drawing.words["changes"]
    found = last_change(section, drawing.paper, drawing.words)
    told = {"reviewed": said["reviewed"].format(date=date(section.reviewed, drawing.words))} if section.reviewed else {}
    if found is None:
        return f'<p class="wp-upkeep">{e(told["reviewed"])}.</p>' if told else ""
    change, entries = found
    day = date(change.date, drawing.words)
    line = said["both"].format(**told, changed=said["changed"].format(date=day)) if told else said["alone"].format(date=day)
    rows = "".join(f"<li>{_entry(kind, text)}</li>" for kind, text in entries)
    whole = f'<a href="{e(address(CHANGES))}#{feed.anchor(change)}">{e(said["version"].format(version=change.version))}</a>'
    return f'<details class="wp-upkeep"><summary>{e(line)}</summary><ul>{rows}</ul><p>{whole}</p></details>'


def _entry(kind: str, text: str) -> str:
    """An entry of the changelog as HTML, its kind first."""
    told = markdown.markdown(text).removeprefix("<p>").removesuffix("</p>")
    return f"<b>{e(kind)}.</b> {told}" if kind else told


def last_change(section: Section, paper: Paper, words: Words) -> tuple[Change, tuple[tuple[str, str], ...]] | None:
    """The newest version that tells of a page, with its entries that do; None where none does."""
    own = {number for number, claim in paper.claims.items() if f"docs/sections/{claim.section}.md" == section.path}
    for change in paper.changes:
        if entries := tuple((kind, text) for kind, text in change.entries if _tells_of(section, text, own, words)):
            return change, entries
    return None


def _tells_of(section: Section, entry: str, own: set[str], words: Words) -> bool:
    """Whether an entry names a page: by its number, by a claim of its own, or by its title, with which the entry then begins."""
    number = re.match(r"(\d+)\.", section.title)
    title = entry.partition(":")[0].casefold() == section.title.casefold()
    return title or not own.isdisjoint(CLAIM.findall(entry)) or (number is not None and int(number[1]) in numbers(entry, words))


def numbers(entry: str, words: Words) -> set[int]:
    """The numbered sections that an entry names.

    >>> from whitepaper.language import words
    >>> numbers("Sections 1 to 3, and section 5.2: a table", words("en"))
    {1, 2, 3, 5}
    """
    said = words["changes"]["naming"]
    names, joined = "|".join(map(re.escape, said["section"])), rf"(?:,|,? {re.escape(said['and'])}| {re.escape(said['to'])})"
    done: set[int] = set()
    for listed in re.findall(rf"\b(?:{names}) ({PARTS}(?:{joined} {PARTS})*)", entry):
        done |= {int(n.partition(".")[0]) for n in re.findall(PARTS, listed)}
        for first, last in re.findall(rf"({PARTS}) {re.escape(said['to'])} ({PARTS})", listed):
            done |= set(range(int(first.partition(".")[0]), int(last.partition(".")[0]) + 1))
    return done
