"""The nouns of the paper. Everything here is frozen: a paper is read whole, then only looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A path, relative to the project, and a line counted from 1."""

    path: str
    line: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A fault of the texts: where, what is wrong, how to mend it.

    >>> str(Problem(Place("docs/a.md", 3), "has no title", "add one"))
    'docs/a.md:3: has no title; add one'
    """

    place: Place
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}; {self.mend}"


Mode = Literal["normal", "year", "narrative"]


@dataclass(frozen=True, slots=True)
class Cite:
    """One work within a citation: `see @key, p. 3` has prefix 'see', key 'key' and suffix ', p. 3'."""

    key: str
    prefix: str = ""
    suffix: str = ""
    mode: Mode = "normal"


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation as written: the characters `start` to `end` of the section's text, and its works."""

    start: int
    end: int
    line: int
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """A citation typed as text, such as `Li et al., 2010`: the surnames it names and the year."""

    line: int
    text: str
    names: tuple[str, ...]
    et_al: bool
    year: str
    narrative: bool
    group: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level, plain text, anchor, and where its line begins and its words begin."""

    level: int
    text: str
    anchor: str
    line: int
    start: int
    words: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link or image: its target as written, at the characters `start` to `end`."""

    target: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What a page says of the page before or after it: a label, an address, both, or that there is none.

    `faulty` where it says something else, which is told already.
    """

    line: int
    text: str | None = None
    link: str | None = None
    none: bool = False
    faulty: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Something drawn from data, as written: `[C2.4]`, `\\exhibit{trials}`. `kind` is claim, recommendation, exhibit, again, see or list."""

    kind: str
    name: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """One Markdown file of the paper. `text` is the whole file; the body starts at `body`."""

    path: str
    text: str
    body: int
    title: str
    description: str
    draft: bool = False
    reviewed: str = ""
    prev: Neighbour | None = None
    next: Neighbour | None = None
    headings: tuple[Heading, ...] = ()
    anchors: frozenset[str] = frozenset()
    links: tuple[Link, ...] = ()
    citations: tuple[Citation, ...] = ()
    typed: tuple[Typed, ...] = ()
    commands: tuple[tuple[str, int, int], ...] = ()
    marks: tuple[Mark, ...] = ()
    place: Place = Place("")


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of the bibliography file: its fields as text, as TeX, and the same work as CSL-JSON."""

    key: str
    type: str
    place: Place
    fields: Mapping[str, str]
    lines: Mapping[str, int] = field(default_factory=dict)
    csl: Mapping[str, Any] = field(default_factory=dict)
    tex: Mapping[str, str] = field(default_factory=dict)

    def field_place(self, name: str) -> Place:
        """Where a field stands, or the entry where it has no such field."""
        return Place(self.place.path, self.lines.get(name, self.place.line))


@dataclass(frozen=True, slots=True)
class Step:
    """A page in the reading order, with its neighbours' paths and the labels its footer shows."""

    path: str
    prev: tuple[str, str] | None
    next: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Contributor:
    """Who had a part in the paper: a group by its name, or a person by family and given name."""

    name: str
    given: str
    roles: tuple[str, ...]
    orcid: str = ""

    @property
    def whole(self) -> str:
        """The name as it is said."""
        return f"{self.given} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Publication:
    """Who, what and when, as `publication.yml` has it; what nobody has supplied is empty. An address ends in a slash."""

    title: str
    subtitle: str
    version: str
    date: str
    languages: tuple[str, ...]
    licence: str = ""
    code_licence: str = ""
    name: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    published: str = ""
    publisher: str = ""
    contact: str = ""
    address: str = ""
    repository: str = ""

    @property
    def language(self) -> str:
        """The language that the paper is written in."""
        return self.languages[0]

    @property
    def whole_title(self) -> str:
        """Title and subtitle."""
        return f"{self.title}: {self.subtitle}"

    @property
    def authors(self) -> tuple[Contributor, ...]:
        """The contributors who are its authors."""
        return tuple(c for c in self.contributors if "author" in c.roles)

    @property
    def doi(self) -> str:
        """Its DOI as an address, if it has one."""
        return f"https://doi.org/{self.identifiers['doi']}" if "doi" in self.identifiers else ""


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for readers with one version: its date, the Markdown that says it, and each entry of that with its kind, as 'Corrected'."""

    version: str
    date: str
    text: str
    entries: tuple[tuple[str, str], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Claim:
    """A key claim: how sure we are of it, what supports and what contradicts it, what would change it,
    and the retracted works for which it was reviewed."""

    number: str
    section: str
    statement: str
    certainty: str
    about: str
    reason: str
    supports: tuple[str, ...]
    contradicts: tuple[str, ...]
    premises: tuple[str, ...]
    change: str
    asof: str
    reviewed_for: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What someone should do, and the claims that it rests on."""

    number: str
    statement: str
    strength: str
    why: str
    actor: str
    instrument: str
    horizon: str
    claims: tuple[str, ...]
    equity: str
    resources: str
    indicator: str
    place: Place


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an exhibit: its values' type, unit and sensible range."""

    name: str
    label: str
    type: str
    description: str
    unit: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the glossary: the forms in which the text uses it besides, what it means, and the anchor of its entry."""

    term: str
    anchor: str
    group: str
    definition: str
    forms: tuple[str, ...]
    references: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Verification:
    """What the last audit found of a reference: the result, its day, the record's address, the record's words where they differ,
    the notices that correct or retract the work, the works that it is itself a notice of, and what stands for the entry as compared."""

    key: str
    doi: str
    result: str
    date: str
    address: str
    fields: Mapping[str, str]
    notices: tuple[str, ...]
    notice_of: tuple[str, ...]
    entry: str
    place: Place


Cell = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A table or figure made from one file in `data/`. `lines` are those of its rows."""

    name: str
    kind: str
    caption: str
    note: str
    source: str
    date: str
    alternative: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    lines: tuple[int, ...]
    place: Place

    def references(self) -> tuple[tuple[str, Place], ...]:
        """The citation keys in its rows, with their places."""
        at = [n for n, c in enumerate(self.columns) if c.type == "reference"]
        return tuple((str(row[n]), Place(self.place.path, line)) for row, line in zip(self.rows, self.lines, strict=True) for n in at)


@dataclass(frozen=True, slots=True)
class Usage:
    """A word that the paper uses, those that it does without, and why."""

    preferred: str
    avoided: tuple[str, ...]
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole paper: sections, references, claims, recommendations, exhibits and terms by path, key, number, name and anchor;
    the reading order, its record and its changes, and what the last audit found of each reference, by key."""

    sections: Mapping[str, Section]
    references: Mapping[str, Reference]
    order: tuple[Step, ...]
    publication: Publication
    files: frozenset[str] = frozenset()
    claims: Mapping[str, Claim] = field(default_factory=dict)
    recommendations: Mapping[str, Recommendation] = field(default_factory=dict)
    exhibits: Mapping[str, Exhibit] = field(default_factory=dict)
    terms: Mapping[str, Term] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    usage: tuple[Usage, ...] = ()
    verification: Mapping[str, Verification] = field(default_factory=dict)
