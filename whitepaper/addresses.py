"""The web addresses that the paper gives readers: which are dead, and where there is an archived copy."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from whitepaper import asking, registries
from whitepaper.asking import Busy, LeftAlone, Manner, Unanswered, Unreachable
from whitepaper.cache import Cache, digest
from whitepaper.model import Paper, Place, Problem

AT_ONCE = 4
GONE = (404, 410)
FIELDS = ("url", "verifiedat", "verifiedalso", "statusurl", "archivedurl")
NOBODY = "no such host answers"
ANY_KIND = "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8"


@dataclass(frozen=True, slots=True)
class Address:
    """An address as the paper gives it: where, in which field of which reference, or in a section's text."""

    url: str
    place: Place
    field: str = ""
    archived: bool = False


def given(paper: Paper) -> list[Address]:
    """The addresses of references and sections. Where a reference has an archived copy, readers lose nothing with the original."""
    done = []
    for r in paper.references.values():
        for name in FIELDS:
            if r.fields.get(name, "").startswith(("http://", "https://")):
                done.append(Address(r.fields[name], r.field_place(name), name, name != "archivedurl" and "archivedurl" in r.fields))
    for s in paper.sections.values():
        done += [Address(link.target, Place(s.path, link.line)) for link in s.links if link.target.startswith(("http://", "https://"))]
    return done


def dead(found: Iterable[Address], manner: Manner, day: str, cache: Cache) -> tuple[list[Problem], int]:
    """The dead ones, each with an archived copy if there is one; and how many gave no answer that says either.

    Args:
        day: the day of this audit; what was asked on it already is not asked again.

    Raises:
        Unreachable: it is the network that is gone.
    """
    hosts: defaultdict[str, list[str]] = defaultdict(list)
    wanted = [a for a in found if not a.archived]
    for url in dict.fromkeys(a.url for a in wanted):
        hosts[urlsplit(url).netloc].append(url)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        states = {url: state for part in pool.map(lambda urls: _states(urls, manner, day, cache), hosts.values()) for url, state in part}
    if NOBODY in states.values():
        with contextlib.suppress(Busy):
            asking.get(registries.address("CROSSREF_API"), manner, body=False)
    problems = []
    for a in wanted:
        if states[a.url] not in ("alive", "unknown"):
            problems.append(Problem(a.place, f"{a.field or 'the link'} '{a.url}' is dead ({states[a.url]})", _mend(a, manner, day, cache)))
    return problems, sum(state == "unknown" for state in states.values())


def _states(urls: list[str], manner: Manner, day: str, cache: Cache) -> list[tuple[str, str]]:
    """What became of the addresses of one host, one after the other: alive, unknown, or why it is dead."""
    done: list[tuple[str, str]] = []
    for url in urls:
        name = digest("address", url, day)
        try:
            state = cache.get(name) or _state(url, manner)
        except LeftAlone:
            return [*done, *((left, "unknown") for left in urls[len(done) :])]
        if state not in ("unknown", NOBODY):
            cache.put(name, state)
        done.append((url, str(state)))
    return done


def _state(url: str, manner: Manner) -> str:
    """An answer is life, even a refusal: many hosts turn programs away that let people in."""
    try:
        status = asking.get(url.split("#")[0], manner, ANY_KIND, body=False).status
    except Unreachable:
        return NOBODY
    except LeftAlone:
        raise
    except Busy:
        return "unknown"
    return f"it answers {status}" if status in GONE else "unknown" if status >= 500 else "alive"


def _mend(address: Address, manner: Manner, day: str, cache: Cache) -> str:
    copy = _copy(address.url, manner, day, cache)
    if not address.field:
        return f"link to the archived copy {copy}, or to another page" if copy else "link to another page, or take it out"
    if not copy:
        return "give another address; the Wayback Machine has no copy"
    if address.field == "url":
        return f"give another address, or add 'archivedurl = {{{copy}}}'"
    return f"give another address, or the archived copy {copy}"


def _copy(url: str, manner: Manner, day: str, cache: Cache) -> str:
    """The address of an archived copy, or nothing; a Wayback Machine that cannot be asked has none to offer."""
    name = digest("copy", url, day)
    kept = cache.get(name)
    if kept is not None:
        return str(kept)
    try:
        found = registries.ask("WAYBACK_API", f"/wayback/available?url={quote(url, safe='')}", manner)
    except Unanswered:
        return ""
    closest = ((found or {}).get("archived_snapshots") or {}).get("closest") or {} if isinstance(found, dict) else {}
    copy = str(closest.get("url", "")) if closest.get("available") else ""
    copy = copy.replace("http://web.archive.org/", "https://web.archive.org/", 1)
    cache.put(name, copy)
    return copy
