"""What changed for readers between a commit and the paper as it stands, as Markdown for a pull request."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from whitepaper.cache import Cache
from whitepaper.model import Claim, Exhibit, Paper, Recommendation, Reference, Section
from whitepaper.prose import running_text
from whitepaper.read import Sources, gather

Kind = TypeVar("Kind")
NOTHING = "Nothing: no section, claim, recommendation, reference, table or figure.\n"


def at(commit: str, root: Path = Path()) -> Paper | None:
    """The paper as a commit has it, as far as it can be read; None where there is no such commit."""
    done = subprocess.run(["git", "archive", "--end-of-options", commit], cwd=root, capture_output=True, check=False)
    if done.returncode:
        return None
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
        return gather(Sources(Path(folder)), Cache(Path(".cache") / "whitepaper"))[0]


def summary(before: Paper, after: Paper) -> str:
    """What readers will see differently, a heading for each kind of thing; one line where nothing changed."""
    parts = [
        _part("Sections", before.sections, after.sections, _page, _section),
        _part("Claims", before.claims, after.claims, lambda c: f"{c.number} ({c.certainty}): {c.statement}", _claim),
        _part("Recommendations", before.recommendations, after.recommendations, lambda r: f"{r.number} ({r.strength}): {r.statement}", _recommendation),
        _part("References", before.references, after.references, _work, _reference),
        _part("Tables and figures", before.exhibits, after.exhibits, lambda x: f"`{x.name}`: {x.caption}", _exhibit),
    ]
    found = "\n".join(part for part in parts if part)
    return "## What changed for readers\n\n" + (found or NOTHING)


def _part(name: str, old: Mapping[str, Kind], new: Mapping[str, Kind], shown: Callable[[Kind], str], differs: Callable[[Kind, Kind], Iterator[str]]) -> str:
    """What was added, removed and changed among things of one kind."""
    lines = [f"- **Added** {shown(new[k])}" for k in sorted(set(new) - set(old))] + [f"- **Removed** {shown(old[k])}" for k in sorted(set(old) - set(new))]
    lines += [f"- {line}" for k in sorted(set(old) & set(new)) for line in differs(old[k], new[k])]
    return f"### {name}\n\n" + "\n".join(lines) + "\n" if lines else ""


def _page(section: Section) -> str:
    return f"`{section.path}`, {section.title}"


def _section(old: Section, new: Section) -> Iterator[str]:
    if old.title != new.title:
        yield f"`{new.path}`: the title was *{old.title}*, is *{new.title}*"
    if old.draft != new.draft:
        yield f"`{new.path}` is {'a draft again' if new.draft else 'no draft any more'}"
    kept, now = old.text[old.body :].splitlines(), new.text[new.body :].splitlines()
    added, gone = len([line for line in now if line not in set(kept)]), len([line for line in kept if line not in set(now)])
    if added or gone:
        words = [len(running_text(s).split()) for s in (old, new)]
        yield f"`{new.path}`: {_counted(added, 'line')} new, {gone} gone; {words[0]} words before, {words[1]} now"


def _claim(old: Claim, new: Claim) -> Iterator[str]:
    if old.certainty != new.certainty:
        yield f"{new.number}: certainty was **{old.certainty}**, is **{new.certainty}**. {new.statement}"
    if old.statement != new.statement:
        yield f"{new.number} says now: {new.statement} It said: {old.statement}"
    for role, a, b in (("supported", old.supports, new.supports), ("contradicted or limited", old.contradicts, new.contradicts)):
        if set(a) != set(b):
            yield f"{new.number} is {role} by other works: {_exchanged(a, b)}"


def _recommendation(old: Recommendation, new: Recommendation) -> Iterator[str]:
    if old.strength != new.strength:
        yield f"{new.number}: strength was **{old.strength}**, is **{new.strength}**. {new.statement}"
    if old.statement != new.statement:
        yield f"{new.number} says now: {new.statement} It said: {old.statement}"
    if set(old.claims) != set(new.claims):
        yield f"{new.number} rests on other claims: {_exchanged(old.claims, new.claims)}"


def _work(reference: Reference) -> str:
    doi = reference.fields.get("doi")
    where = f"<https://doi.org/{doi}>" if doi else reference.fields.get("url", "")
    return f"`{reference.key}`, {reference.fields.get('title', 'untitled')} {where}".rstrip()


def _reference(old: Reference, new: Reference) -> Iterator[str]:
    if old.fields.get("status") != new.fields.get("status"):
        yield f"`{new.key}` is marked **{new.fields.get('status', 'sound')}**, was {old.fields.get('status', 'sound')}"
    names = sorted(n for n in {*old.fields, *new.fields} - {"status", "statusurl"} if old.fields.get(n) != new.fields.get(n))
    if names:
        yield f"`{new.key}`: {', '.join(names)} changed"


def _exhibit(old: Exhibit, new: Exhibit) -> Iterator[str]:
    added, gone = len(set(new.rows) - set(old.rows)), len(set(old.rows) - set(new.rows))
    if added or gone or old.columns != new.columns:
        yield f"`{new.name}`: {_counted(added, 'row')} new or changed, {gone} gone or replaced"
    elif (old.caption, old.note, old.source, old.date) != (new.caption, new.note, new.source, new.date):
        yield f"`{new.name}`: caption, note, source or date changed"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _exchanged(old: tuple[str, ...], new: tuple[str, ...]) -> str:
    """What was put in and taken out."""
    return ", ".join([f"+{k}" for k in new if k not in old] + [f"−{k}" for k in old if k not in new])
