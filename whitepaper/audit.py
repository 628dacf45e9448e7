"""`make audit`: every DOI's record held against its entry, notices, dead addresses, and what is past its review date."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from whitepaper import addresses, matching, registries, verification, writing
from whitepaper.asking import LeftAlone, Manner, Unanswered, Unreachable
from whitepaper.cache import Cache
from whitepaper.checks.verification import unknown_reference
from whitepaper.model import Paper, Place, Problem, Reference, Verification

YEARS = 2
IN_A_ROW = 5
REGISTRIES = ("api.crossref.org", "api.datacite.org", "doi.org", "dx.doi.org")


class Stopped(Exception):  # noqa: N818  # it names what happened, not an error of ours
    """The audit could not go on: why."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found: what to mend, and how many records and addresses it held against the paper."""

    problems: tuple[Problem, ...]
    records: int
    addresses: int
    unknown: int


def run(paper: Paper, root: Path, manner: Manner, day: str, clock: str) -> Report:
    """Audit the paper, and keep what is found as it is found.

    Args:
        day: the day on which registries are asked; what was found on it already is not asked again.
        clock: the day that review dates are held against.

    Raises:
        Stopped: there is no network, or a registry answers nothing; what was found until then is kept.
    """
    results = dict(paper.verification)
    wanted = [r for r in paper.references.values() if r.fields.get("doi")]
    kept = {r.key: found for r in wanted if (found := verification.of(r, results))}
    problems = _records(paper, wanted, kept, root, manner, day)
    places, cache = addresses.given(paper), Cache(root / ".cache" / "audit")
    cache.prune()
    try:
        dead, unknown = addresses.dead(places, manner, day, cache)
    except Unreachable as error:
        raise Stopped(f"{str(error).split(';')[0]}; the records are held against the paper: run make audit again for the addresses") from error
    problems += dead + past_review(paper, clock)
    return Report(tuple(sorted(set(problems))), len(wanted), len({a.url for a in places}), unknown)


def _records(paper: Paper, wanted: list[Reference], kept: dict[str, Verification], root: Path, manner: Manner, day: str) -> list[Problem]:
    """What is wrong with the entries that have a DOI; `kept` takes the results, and the file with it."""
    problems: list[Problem] = []
    silent = asked = 0
    for r in wanted:
        before = verification.compared(r, kept)
        if before and before.date == day:
            problems += told(r, before)
            continue
        try:
            found = registries.find(r.fields["doi"], manner)
        except (Unreachable, LeftAlone) as error:
            raise Stopped(_stopped(str(error).split(";")[0], asked)) from error
        except Unanswered as error:
            what, _, mend = str(error).partition("; ")
            problems.append(Problem(r.field_place("doi"), f"the record of '{r.key}' was not had: {what}", mend))
            silent += 1
            if silent == IN_A_ROW:
                raise Stopped(_stopped(f"{IN_A_ROW} records in a row were not had, the last because {what}", asked)) from error
            continue
        silent, asked = 0, asked + 1
        kept[r.key] = result(r, found, day)
        writing.replace(root / verification.PATH, verification.written(kept.values()))
        problems += told(r, kept[r.key])
    if set(kept) != set(paper.verification):
        writing.replace(root / verification.PATH, verification.written(kept.values()))
    return problems


def _stopped(why: str, asked: int) -> str:
    if not asked:
        return f"{why}; nothing is changed, and the results of before stand: run make audit again later, with a network"
    return f"{why}; {asked} result{'s' if asked != 1 else ''} of this run {'are' if asked != 1 else 'is'} kept: run make audit again to go on"


def result(reference: Reference, found: registries.Found | None, day: str) -> Verification:
    """What an entry's record says of it."""
    place, stamp = Place(verification.PATH), verification.entry(reference)
    if found is None:
        return Verification(reference.key, reference.fields["doi"], "not found", day, "", {}, (), (), stamp, place)
    work = matching.work(found)
    fields = {name: theirs for name, (_, theirs) in matching.differences(reference, work).items()}
    word, notices = "differs" if fields else "matched", ()  # type: tuple[str, tuple[str, ...]]
    if work.corrected is not None:
        word, notices = "corrected", work.corrected
    if work.retracted is not None:
        word, notices = "retracted", work.retracted
    return Verification(reference.key, reference.fields["doi"], word, day, found.address, fields, notices, work.notice_of, stamp, place)


def told(reference: Reference, found: Verification) -> list[Problem]:
    """What an editor is to do about a result: nothing where the entry says it already, or names a better source."""
    r, f = reference, reference.fields
    where = urlsplit(found.address).netloc
    done = []
    if found.result == "not found":
        at = f"https://doi.org/{quote(found.doi, safe='/')}"
        done.append(Problem(r.field_place("doi"), f"neither Crossref nor DataCite holds '{found.doi}' of '{r.key}'", f"check it at {at}, and mend it"))
    for name, theirs in found.fields.items():
        if name not in _confirmed_elsewhere(r):
            ours, place = (f.get("date", "") if name == "year" and "year" not in f else f.get(name, "")), _place(r, name)
            mend = "mend the entry, or name a better source in verifiedat and the field in verifiedfields"
            if name == "doi":
                mend = f"the work has moved: write '{theirs}'"
            done.append(Problem(place, f"'{r.key}' has the {name} '{ours}', and {where} has '{theirs}'", mend))
    said = f.get("status")
    for word, notices in verification.status(r, {r.key: found}).items():
        if word != said and (said, word) != ("retracted", "corrected"):
            done.append(_notice(r, word, notices))
    return done


def _notice(reference: Reference, word: str, notices: tuple[str, ...]) -> Problem:
    at = ", ".join(n for n in notices if n)
    add = f"add 'status = {{{word}}}' and 'statusurl = {{{notices[0] if notices else '…'}}}'"
    if word == "notice":
        return Problem(reference.place, f"'{reference.key}' is itself a notice about {at}", f"cite that work, or {add}")
    return Problem(reference.place, f"'{reference.key}' was {word}{f' ({at})' if at else ''}", f"read the notice, hold the claims against it, and {add}")


def _place(reference: Reference, name: str) -> Place:
    return reference.field_place("date" if name == "year" and "year" not in reference.fields else name)


def _confirmed_elsewhere(reference: Reference) -> set[str]:
    """The fields that the entry says were confirmed in a source other than the registry."""
    sources = [urlsplit(reference.fields[n]).netloc for n in ("verifiedat", "verifiedalso") if n in reference.fields]
    if not any(host not in REGISTRIES for host in sources):
        return set()
    return {name.strip() for name in reference.fields.get("verifiedfields", "").split(",")} - {"doi"}


def past_review(paper: Paper, clock: str) -> list[Problem]:
    """Claims and sections that were last held against their sources too long before a day."""
    done = []
    for c in paper.claims.values():
        if _past(c.asof, clock):
            mend = "hold it against newer sources, and date it"
            done.append(Problem(c.place, f"{c.number} is as of {c.asof}, more than {YEARS} years before {clock}", mend))
    for s in paper.sections.values():
        if _past(s.reviewed, clock):
            line = next((n for n, text in enumerate(s.text[: s.body].split("\n"), 1) if text.startswith("reviewed:")), 1)
            mend = "read it against its sources, and date it"
            done.append(Problem(Place(s.path, line), f"was reviewed on {s.reviewed}, more than {YEARS} years before {clock}", mend))
    return done


def _past(date: str, clock: str) -> bool:
    year = date[:4]
    return year.isdigit() and f"{int(year) + YEARS}{date[4:]}" < clock[: max(len(date), 4)]


def faults(paper: Paper, problems: Iterable[Problem], bibliographies: Iterable[str]) -> list[Problem]:
    """The problems that an audit cannot begin with: entries or results that cannot be read. It drops the results of entries that are gone by itself."""
    paths = {*bibliographies, verification.PATH}
    gone = set(unknown_reference(paper, frozenset()))
    return [p for p in problems if p.place.path in paths and p not in gone]


def today() -> str:
    """The day it is in UTC: an audit alone may ask, for it says when it was."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()
