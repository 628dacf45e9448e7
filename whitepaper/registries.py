"""Asking Crossref, then DataCite, for the record of a DOI."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from whitepaper import asking
from whitepaper.asking import Manner, Unanswered, Unreachable
from whitepaper.records import Record, from_crossref, from_datacite

__all__ = ["Found", "Unanswered", "Unreachable", "fetch", "find"]
# Where the registries are; tests put a server of this machine in their place.
ADDRESSES = {"CROSSREF_API": "https://api.crossref.org", "DATACITE_API": "https://api.datacite.org", "WAYBACK_API": "https://archive.org"}


@dataclass(frozen=True, slots=True)
class Found:
    """A record as its registry has it, and its address there."""

    registry: str
    address: str
    record: Mapping[str, Any]


def fetch(doi: str, timeout: float) -> Record:
    """The record of a DOI.

    Raises:
        Unanswered: no registry holds it, or none could be asked.
    """
    try:
        found = find(doi, Manner(timeout, contact=os.environ.get("CROSSREF_MAILTO", "")))
    except Unreachable as error:
        host = str(error).split()[0]
        raise Unanswered(f"{host} cannot be reached, and a record comes from there only; try again with a network, or write the entry by hand") from error
    if found is None:
        raise Unanswered(f"neither Crossref nor DataCite holds '{doi}'; check it at https://doi.org/{quote(doi, safe='/')}")
    return from_crossref(found.record) if found.registry == "Crossref" else from_datacite(found.record)


def find(doi: str, manner: Manner) -> Found | None:
    """The record of a DOI at Crossref, else at DataCite, or None where neither holds it.

    Raises:
        Unanswered: one of them could not be asked.
    """
    path = quote(doi, safe="/")
    for registry, name, at, within in (("Crossref", "CROSSREF_API", "/works/", ("message",)), ("DataCite", "DATACITE_API", "/dois/", ("data", "attributes"))):
        held = ask(name, at + path, manner)
        if held is not None:
            return Found(registry, ADDRESSES[name] + at + path, _within(held, name, *within))
    return None


def _within(found: Any, registry: str, *names: str) -> Mapping[str, Any]:
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping) or not (found.get("DOI") or found.get("doi")):
        raise _no_record(address(registry))
    return found


def address(registry: str) -> str:
    """Where a registry is."""
    return os.environ.get(registry, ADDRESSES[registry]).rstrip("/")


def ask(registry: str, path: str, manner: Manner) -> Any | None:
    """What a registry answers, or None where it holds no such work.

    Raises:
        Unanswered: it could not be asked, or answered with something else.
    """
    url = address(registry) + path
    answer = asking.get(url, manner)
    if answer.status in (404, 410):
        return None
    if answer.status != 200:
        raise asking.refused(url, answer.status)
    try:
        return json.loads(answer.data)
    except ValueError as error:
        raise _no_record(url) from error


def _no_record(url: str) -> Unanswered:
    return Unanswered(f"{urlsplit(url).netloc} answered with something that is no record; try again later")
