"""The text of a bibliography: entries sorted by key, fields in one order, and a new entry in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Entry, ExplicitComment, ImplicitComment, ParsingFailedBlock, Preamble, String

from whitepaper import references

BEFORE = (
    "author", "editor", "title", "booktitle", "organization", "journal", "journaltitle", "entrysubtype", "institution", "publisher", "howpublished",
    "date", "year", "volume", "number", "pages", "doi", "pmid", "isbn", "url", "urldate", "langid",
)  # fmt: skip
AFTER = ("keywords", "readas", "unconfirmed", "status", "statusurl", "verifiedat", "verifiedalso", "verifiedfields", "archivedurl")


PLAIN = re.compile(r"@\w+\{(?P<key>[^\s,{}]+),|  (?P<field>[\w-]+) = \{.*\},|\}|")


def rank(name: str) -> int:
    """Where a field stands in an entry: first what names the work, last what this paper says of it."""
    name = name.lower()
    return BEFORE.index(name) if name in BEFORE else len(BEFORE) + 1 + AFTER.index(name) if name in AFTER else len(BEFORE)


def sort_key(key: str) -> tuple[str, str]:
    """Where an entry stands in the file."""
    return key.casefold(), key


def ordered(text: str) -> str:
    """The same bibliography with its entries and their fields in order; as it was where that is so, or where it cannot be read.

    >>> ordered("@misc{b,\\n  year = {1},\\n  title = {B},\\n}\\n\\n@misc{a,\\n}\\n")
    '@misc{a,\\n}\\n\\n@misc{b,\\n  title = {B},\\n  year = {1},\\n}\\n'
    """
    if _plainly_ordered(text):
        return text
    blocks = parse_string(text, parse_stack=[]).blocks
    if any(isinstance(b, ParsingFailedBlock) for b in blocks):
        return text
    head: list[str] = []
    entries: list[tuple[tuple[str, str], str]] = []
    notes: list[str] = []
    same = True
    for block in blocks:
        if isinstance(block, (String, Preamble)):
            head += [*notes, block.raw or ""]
            notes = []
        elif isinstance(block, (ImplicitComment, ExplicitComment)):
            notes.append((block.raw or "").strip("\n"))
        elif isinstance(block, Entry):
            whole = _in_order(block)
            same = same and whole == block.raw and (not entries or entries[-1][0] <= sort_key(block.key))
            entries.append((sort_key(block.key), "\n".join([*notes, whole])))
            notes = []
    if same:
        return text
    done = "\n\n".join([*head, *(whole for _, whole in sorted(entries, key=lambda e: e[0])), *notes]) + "\n"
    return done if _meaning(done) == _meaning(text) else text


def _plainly_ordered(text: str) -> bool:
    """Whether every line is an entry's first or last, a field whole or empty, and all are in order: most bibliographies are, and need no parser."""
    key, last = "", -1
    for m in map(PLAIN.fullmatch, text.split("\n")):
        if m is None or (m["key"] and sort_key(m["key"]) < sort_key(key)) or (m["field"] and rank(m["field"]) < last):
            return False
        key, last = m["key"] or key, -1 if m["key"] else rank(m["field"]) if m["field"] else last
    return True


def _in_order(entry: Entry) -> str:
    """An entry as written, or with its fields in order."""
    fields = sorted(entry.fields, key=lambda f: rank(f.key))
    if fields == list(entry.fields):
        return entry.raw or ""
    return f"@{entry.entry_type}{{{entry.key},\n" + "".join(f"  {f.key} = {str(f.value).strip()},\n" for f in fields) + "}"


def _meaning(text: str) -> dict[str, tuple[str, Mapping[str, str]]]:
    """What a bibliography says, whatever its order."""
    return {r.key: (r.type, r.fields) for r in references.read("", text)[0].references}


def written(kind: str, key: str, fields: Mapping[str, str]) -> str:
    """An entry's text, fields in order; their values are TeX already."""
    rows = "".join(f"  {name} = {{{fields[name]}}},\n" for name in sorted(fields, key=rank))
    return f"@{kind}{{{key},\n{rows}}}\n"


def with_entry(text: str, key: str, entry: str) -> tuple[str, int]:
    """A bibliography with one more entry, before the first that sorts after it, and the line of that entry."""
    for block in parse_string(text, parse_stack=[]).blocks:
        if isinstance(block, Entry) and sort_key(block.key) > sort_key(key):
            lines, at = text.split("\n"), block.start_line or 0
            while at and lines[at - 1].strip():  # a remark above an entry stays with it
                at -= 1
            return "\n".join([*lines[:at], *entry.split("\n"), *lines[at:]]), at + 1
    before = text.rstrip("\n") + "\n\n" if text.strip() else ""
    return before + entry, before.count("\n") + 1
