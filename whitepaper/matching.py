"""Holding an entry against its registry's record: which fields differ, and what notices say of the work."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from whitepaper import references
from whitepaper.model import Reference
from whitepaper.records import CORRECTED, RETRACTED, clean
from whitepaper.registries import Found

NOBLE = "de del della der den des di da do dos du la le les van von vom zu zur zum ten ter te el al bin ben ibn af av st"
PARTICLES = frozenset(NOBLE.split())
SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "&": " and "})
WITHDRAWN = re.compile(r"^\W*(?:retracted|withdrawn|removed)(?: article| chapter| paper)?\b\W*[:\]–—-]\W*|\W+\[?(?:retracted|withdrawn)\]?\W*$", re.I)
PAGE = re.compile(r"(?P<before>[a-z]*)(?P<number>\d+)(?P<after>[a-z]*)")


@dataclass(frozen=True, slots=True)
class Work:
    """What a record says of a work, each in every form that it gives. `people` are surnames, with whether each is surely a person's."""

    doi: str
    titles: tuple[str, ...]
    people: Mapping[str, tuple[tuple[str, bool], ...]]
    years: tuple[str, ...]
    volume: str
    pages: tuple[str, ...]
    retracted: tuple[str, ...] | None
    corrected: tuple[str, ...] | None
    notice_of: tuple[str, ...]


def work(found: Found) -> Work:
    """What a record says, whichever registry has it."""
    return _crossref(found.record) if found.registry == "Crossref" else _datacite(found.record)


def _crossref(record: Mapping[str, Any]) -> Work:
    doi = clean(record.get("DOI"))
    titles = [clean(t) for name in ("title", "original-title") for t in _list(record.get(name))]
    subtitles = [clean(t) for t in _list(record.get("subtitle"))]
    people = {role: tuple(_person(p) for p in _list(record.get(role)) if isinstance(p, Mapping)) for role in ("author", "editor")}
    years = tuple(_year(record.get(name)) for name in ("published-print", "published-online", "published", "issued"))
    pages = tuple(clean(record.get(name)) for name in ("page", "article-number"))
    told = [(_kind(n), clean(n.get("DOI"))) for n in _list(record.get("updated-by")) if isinstance(n, Mapping)]
    about = [(_kind(n), clean(n.get("DOI"))) for n in _list(record.get("update-to")) if isinstance(n, Mapping)]
    told += [(kind, of) for kind, of in about if of.lower() == doi.lower()]
    retracted = _notices(told, RETRACTED)
    if retracted is None and any(WITHDRAWN.search(t) for t in titles):
        retracted = ()
    others = tuple(sorted({of for kind, of in about if of and of.lower() != doi.lower() and kind in RETRACTED + CORRECTED}))
    whole = (*titles, *(f"{t} {s}" for t in titles for s in subtitles))
    return Work(doi, whole, people, years, clean(record.get("volume")), pages, retracted, _notices(told, CORRECTED), others)


def _datacite(record: Mapping[str, Any]) -> Work:
    held = _map(record.get("container"))
    titles = tuple(clean(t.get("title")) for t in _list(record.get("titles")) if isinstance(t, Mapping))
    people = {role: tuple(_creator(p) for p in _list(record.get(name)) if isinstance(p, Mapping)) for role, name in (("author", "creators"),)}
    dates = (_map(d) for d in _list(record.get("dates")))
    years = (clean(record.get("publicationYear")), *(clean(d.get("date"))[:4] for d in dates if d.get("dateType") in ("Issued", "Available")))
    first, last = clean(held.get("firstPage")), clean(held.get("lastPage"))
    return Work(clean(record.get("doi")), titles, people, years, clean(held.get("volume")), (f"{first}-{last}" if last else first,), None, None, ())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _year(value: Any) -> str:
    parts = _list(_map(value).get("date-parts"))
    first = _list(parts[0]) if parts else []
    return str(first[0]) if first and first[0] else ""


def _person(person: Mapping[str, Any]) -> tuple[str, bool]:
    return clean(person.get("family") or person.get("name")), bool(person.get("family") and person.get("given"))


def _creator(creator: Mapping[str, Any]) -> tuple[str, bool]:
    name = clean(creator.get("name"))
    if creator.get("nameType") == "Organizational":
        return name, False
    return clean(creator.get("familyName")) or name.split(",")[0], bool(creator.get("familyName") or "," in name)


def _kind(notice: Mapping[str, Any]) -> str:
    return re.sub(r"\W", "_", str(notice.get("type", "")).lower())


def _notices(told: Iterable[tuple[str, str]], kinds: tuple[str, ...]) -> tuple[str, ...] | None:
    """The notices of some kinds, or None where there is none; a notice may have no DOI of its own."""
    found = [doi for kind, doi in told if kind in kinds]
    return tuple(sorted({doi for doi in found if doi})) if found else None


def differences(reference: Reference, record: Work) -> dict[str, tuple[str, str]]:
    """The fields that an entry prints and its record has otherwise: our words and the record's. What either leaves out is not compared."""
    f = reference.fields
    done: dict[str, tuple[str, str]] = {}
    if record.doi.lower() != f["doi"].lower():
        done["doi"] = (f["doi"], record.doi)
    titles = [t for t in record.titles if t]
    ours = {title(t) for t in (f.get("title", ""), f"{f.get('title', '')} {f.get('subtitle', '')}") if t.strip()}
    if ours and titles and not ours & {title(t) for t in titles}:
        done["title"] = (f.get("title", ""), max(titles, key=len))
    if people := _people(reference, record):
        done["author"] = people
    year, years = references.year(reference), [y for y in dict.fromkeys(record.years) if y]
    if year and years and year not in years:
        done["year"] = (year, " or ".join(years))
    if f.get("volume") and record.volume and _volume(f["volume"]) != _volume(record.volume):
        done["volume"] = (f["volume"], record.volume)
    found = [p for p in record.pages if p and "n/a" not in p.lower()]
    if f.get("pages") and found and not any(same_pages(f["pages"], p) for p in found):
        done["pages"] = (f["pages"], found[0])
    return done


def folded(text: str) -> str:
    """A text's words without case, accents, markup and marks; Greek letters by their names.

    >>> folded("The <i>α</i>-effect &amp; Čapek’s H₂O")
    'the alpha effect and capeks h2o'
    """
    plain = unicodedata.normalize("NFKD", clean(text).casefold().translate(LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'’ʼ‘")
    plain = re.sub(r"[α-ω]", lambda m: " " + unicodedata.name(m[0]).rsplit(" ", 1)[-1].lower().replace("lamda", "lambda") + " ", plain)
    return " ".join(re.findall(r"[^\W_]+", plain))


def title(text: str) -> str:
    """A title as it is compared: its letters and digits, without what publishers add to a withdrawn work's.

    >>> title("RETRACTED: Ketamine: a trial") == title("Ketamine – A Trial.")
    True
    """
    return folded(WITHDRAWN.sub("", clean(text))).replace(" ", "")


def surname(name: str) -> str:
    """A surname as it is compared: without particles before it and without what is after it.

    >>> [surname(n) for n in ("de la Cruz, Jr.", "El-Hage", "O’Brien", "van der Kolk", "Łoś")]
    ['cruz', 'hage', 'obrien', 'kolk', 'los']
    """
    parts = folded(name).split()
    while len(parts) > 1 and parts[-1] in SUFFIXES:
        parts.pop()
    while len(parts) > 1 and parts[0] in PARTICLES:
        parts.pop(0)
    return "".join(parts)


def _same_names(ours: list[str], theirs: list[str]) -> bool:
    """Whether two lists name the same people in the same order; 'LeFoll' is 'Le Foll' as well."""
    return len(ours) == len(theirs) and all(
        surname(a) == surname(b) or folded(a).replace(" ", "") == folded(b).replace(" ", "") for a, b in zip(ours, theirs, strict=True)
    )


def _people(reference: Reference, record: Work) -> tuple[str, str] | None:
    """Our authors and the record's, where they differ; 'and others' stands for any number, and a group may be left out."""
    role = "author" if reference.csl.get("author") else "editor"
    named = [p for p in reference.csl.get(role) or () if p.get("literal") != "others"]
    whole = len(named) == len(reference.csl.get(role) or ())
    ours = [str(p.get("family") or p.get("literal", "")) for p in named]
    persons = [str(p["family"]) for p in named if p.get("family")]
    held = [(name, sure) for name, sure in record.people.get(role, ()) if name]
    if not ours or not held:
        return None
    sure = [name for name, is_person in held if is_person]
    every = [name for name, _ in held]
    if not persons:
        alike = {title(name) for name in ours} <= {title(name) for name in every} if whole else bool({title(n) for n in ours} & {title(n) for n in every})
        return None if alike else ("; ".join(ours), "; ".join(every))
    pairs = ((mine, theirs) for mine in (ours, persons) for theirs in (every, sure))
    alike = any(_same_names(mine, theirs if whole else theirs[: len(mine)]) for mine, theirs in pairs)
    return None if alike else ("; ".join(ours), "; ".join(every))


def _volume(text: str) -> str:
    return re.sub(r"^(?:volume|vol) *", "", folded(text)).replace(" ", "").lstrip("0")


def same_pages(ours: str, theirs: str) -> bool:
    """Whether two texts name the same pages; a record that has only the first page names the same.

    >>> [same_pages("E324--E332", "e324-32"), same_pages("e067194", "E067194"), same_pages("68--72", "68"), same_pages("68", "68--72")]
    [True, True, True, False]
    """
    mine, found = _pages(ours), _pages(theirs)
    return mine == found or (len(found) == 1 and mine[:1] == found)


def _pages(text: str) -> tuple[str, ...]:
    """A range as its first and last page, whole; anything else as it is, without marks.

    >>> [_pages("689-97"), _pages("S12–S18"), _pages("64S--76S"), _pages("p. 0012")]
    [('689', '697'), ('s12', 's18'), ('64s', '76s'), ('12',)]
    """
    plain = re.sub(r"^(?:pp?\.?|art(?:icle)?\.?|no\.?)\s*(?=\w*\d)", "", clean(text).lower()).replace(" ", "")
    parts = [p for p in re.split(r"[-‐-―−]+", plain) if p]
    found = [PAGE.fullmatch(p) for p in parts]
    if not 1 <= len(parts) <= 2 or not all(found):
        return (re.sub(r"[^\w,]", "", plain),)
    first, last = found[0], found[-1]
    assert first and last
    number = last["number"]
    if len(number) < len(first["number"]):
        number = first["number"][: -len(number)] + number
    ends = (
        first["before"] + (first["number"].lstrip("0") or "0") + first["after"],
        (last["before"] or first["before"]) + (number.lstrip("0") or "0") + (last["after"] or first["after"]),
    )
    return tuple(dict.fromkeys(ends))
