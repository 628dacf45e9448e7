"""`data/verification.yml`: what the last audit found of each reference. Written by `make audit`, read at every build."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from whitepaper import data
from whitepaper.cache import digest
from whitepaper.data import Record
from whitepaper.model import Paper, Problem, Reference, Verification

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
PATH = "data/verification.yml"
RESULTS = ("matched", "differs", "not found", "corrected", "retracted")
COMPARED = ("doi", "title", "author", "year", "volume", "pages")
FIELDS = ("key", "doi", "result", "date", "address", "fields", "notices", "notice_of", "entry")
HEAD = "# Written by make audit: what the registries' records say of each reference. See CONTRIBUTING.md, Upkeep.\n"


def read(path: str, text: str) -> tuple[dict[str, Verification], list[Problem]]:
    """The results by key, and the faults of their form."""
    records, problems = data.records(path, text, "key")
    done: dict[str, Verification] = {}
    for r in records:
        problems += data.unknown(r, FIELDS)
        key, doi = data.words(r, "key", problems), data.words(r, "doi", problems)
        result = data.words(r, "result", problems, scale=RESULTS)
        day = data.words(r, "date", problems)
        if day and not is_date(day):
            problems.append(Problem(r.at("date"), f"date is '{day}'", "write it as 2026-11-21, or run make audit"))
        found = Verification(
            key, doi, result, day, data.words(r, "address", problems, needed=result != "not found"), _fields(r, problems),
            data.several(r, "notices", problems, needed=False), data.several(r, "notice_of", problems, needed=False),
            data.words(r, "entry", problems), r.place,
        )  # fmt: skip
        if key in done:
            problems.append(Problem(r.at("key"), f"'{key}' stands here twice, first in line {done[key].place.line}", "keep one, or run make audit"))
        done.setdefault(key, found)
    return done, problems


def _fields(record: Record, problems: list[Problem]) -> dict[str, str]:
    """The fields that differ, with the record's words."""
    found = record.values.get("fields")
    values = dict(found.values) if isinstance(found, Record) else {}
    if (found is not None and not values) or [n for n, v in values.items() if n not in COMPARED or not isinstance(v, str)]:
        problems.append(Problem(record.at("fields"), "fields are not 'name: words' lines", f"use {', '.join(COMPARED)}, or run make audit"))
        return {}
    return values


def is_date(text: str) -> bool:
    """Whether a text is a day, as in 2026-11-21."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def written(results: Iterable[Verification]) -> str:
    """The results as the file holds them, sorted by key."""
    return HEAD + "".join(_written(found) for found in sorted(results, key=lambda v: v.key))


def _written(found: Verification) -> str:
    record: dict[str, Any] = {"key": found.key, "doi": found.doi, "result": found.result, "date": datetime.date.fromisoformat(found.date)}
    record |= {"address": found.address} if found.address else {}
    record |= {"fields": dict(found.fields)} if found.fields else {}
    record |= {name: list(getattr(found, name)) for name in ("notices", "notice_of") if getattr(found, name)}
    return str(yaml.dump([record | {"entry": found.entry}], Dumper=DUMPER, allow_unicode=True, sort_keys=False, width=10_000))


def entry(reference: Reference) -> str:
    """What stands for an entry as it was compared: another wherever a compared field is changed."""
    return "e" + digest([reference.fields.get(name, "") for name in (*COMPARED, "date")])[:10]


def of(reference: Reference, results: Mapping[str, Verification]) -> Verification | None:
    """What was found of a reference, if that was found of the work that its entry names now."""
    found = results.get(reference.key)
    return found if found and found.doi.lower() == reference.fields.get("doi", "").lower() else None


def compared(reference: Reference, results: Mapping[str, Verification]) -> Verification | None:
    """What was found of a reference, if its entry is the one that was compared."""
    found = of(reference, results)
    return found if found and found.entry == entry(reference) else None


def status(reference: Reference, results: Mapping[str, Verification]) -> dict[str, tuple[str, ...]]:
    """Whether a work was retracted or corrected, by its entry or by the last audit: the notices' addresses by that word."""
    done: dict[str, tuple[str, ...]] = {}
    if "status" in reference.fields:
        done[reference.fields["status"]] = (reference.fields.get("statusurl", ""),)
    found = of(reference, results)
    told: list[tuple[str, tuple[str, ...]]] = [(found.result, found.notices)] if found and found.result in ("corrected", "retracted") else []
    told += [("notice", found.notice_of)] if found and found.notice_of else []
    for word, notices in told:
        have = done.get(word, ())
        addresses = (f"https://doi.org/{doi}" for doi in notices)
        done[word] = have + tuple(a for a in addresses if a.lower() not in (h.lower() for h in have))
    return done


def retracted(paper: Paper, key: str) -> bool:
    """Whether a work of the paper was retracted."""
    return key in paper.references and "retracted" in status(paper.references[key], paper.verification)
