"""Works as BibTeX, RIS and CSL-JSON: the references, all together and one by one, and the paper itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from whitepaper.checks.references import LAW
from whitepaper.model import Paper, Reference
from whitepaper.references import cited_keys

Work = Mapping[str, Any]

OWN = {"keywords", "readas", "verifiedat", "verifiedalso", "verifiedfields", "unconfirmed", "status", "statusurl", "archivedurl"}
BIBTEX = {"article", "book", "booklet", "inbook", "incollection", "inproceedings", "manual", "mastersthesis", "misc", "phdthesis", "proceedings", "techreport"}
RENAMED = {"journaltitle": "journal", "location": "address", "date": "year"}
PREPRINT, OTHERS = "article", "others"
RIS = {
    "article-journal": "JOUR", "article-magazine": "MGZN", "article-newspaper": "NEWS", "bill": "BILL", "book": "BOOK", "chapter": "CHAP",
    "dataset": "DATA", "legal_case": "CASE", "legislation": "STAT", "paper-conference": "CPAPER", "report": "RPRT", "software": "COMP",
    "speech": "CONF", "thesis": "THES", "webpage": "ELEC",
}  # fmt: skip
RIS_FIELDS = (
    ("TI", "title"), ("T2", "container-title"), ("VL", "volume"), ("IS", "issue"), ("M1", "number"), ("ET", "version"), ("PB", "publisher"),
    ("CY", "publisher-place"), ("DO", "DOI"), ("SN", "ISBN"), ("SN", "ISSN"), ("AN", "PMID"), ("LA", "language"), ("UR", "URL"), ("AB", "abstract"),
)  # fmt: skip


def files(paper: Paper) -> dict[str, str]:
    """Every cited work, all together, by path on the site."""
    references = [paper.references[key] for key in cited_keys(paper)]
    csl_works = [work(r) for r in references]
    return {"references.json": as_json(csl_works), "references.ris": "".join(map(ris, csl_works)), "references.bib": _bibtex(references, paper)}


def singles(paper: Paper) -> dict[str, str]:
    """Every cited work by itself, by path on the site."""
    done: dict[str, str] = {}
    for reference in (paper.references[key] for key in cited_keys(paper)):
        stem, one = f"references/{file_name(reference.key)}", work(reference)
        done |= {f"{stem}.bib": _bibtex([reference], paper), f"{stem}.ris": ris(one), f"{stem}.json": as_json([one])}
    return done


def file_name(key: str) -> str:
    """A citation key as part of a file's name.

    >>> file_name("dewey:1990/a")
    'dewey_3a1990_2fa'
    """
    return re.sub(r"[^A-Za-z0-9_.+-]", lambda m: f"_{ord(m[0]):x}", key)


def work(reference: Reference) -> dict[str, Any]:
    """A reference as CSL-JSON for others: without our notes, law with its title as it stands."""
    done = {k: v for k, v in reference.csl.items() if k not in ("keyword", "annote", "note", "title-short")}
    done["type"] = done.get("type") or PREPRINT
    if reference.type in LAW:
        done["title"] = reference.fields["title"]
    return done


def as_json(works: Iterable[Work]) -> str:
    """Works as CSL-JSON."""
    return json.dumps(list(works), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _bibtex(references: Iterable[Reference], paper: Paper) -> str:
    """References as BibTeX, with the entries that they take fields from."""
    wanted = {r.key: r for r in references}
    for reference in list(wanted.values()):
        names = [reference.fields.get(name, "") for name in ("crossref", "xref", "xdata")]
        wanted |= {name: paper.references[name] for name in names if name in paper.references}
    return "\n".join(entry(_type(r), r.key, _fields(r)) for r in wanted.values())


def _type(reference: Reference) -> str:
    kind = {"report": "techreport", "thesis": "phdthesis"}.get(reference.type, reference.type)
    return kind if kind in BIBTEX else "misc"


def _fields(reference: Reference) -> dict[str, str]:
    """The fields of an entry that BibTeX itself knows how to print: law has its citation there, a BibLaTeX date is a year."""
    fields = {RENAMED.get(name, name): value for name, value in reference.tex.items() if name not in OWN}
    if "year" in fields and "date" in reference.tex:
        fields["year"] = reference.tex["date"][:4]
    if reference.type in LAW and "number" in fields:
        fields["howpublished"] = fields.pop("number")
    return fields


def entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    """One entry of BibTeX."""
    return f"@{kind}{{{key},\n" + "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value) + "}\n"


def ris(one: Work) -> str:
    """A work as RIS."""
    rows = [("TY", RIS.get(str(one.get("type")), "GEN")), ("ID", str(one["id"]))]
    for tag, role in (("AU", "author"), ("ED", "editor"), ("A4", "translator")):
        rows += [(tag, _person(p)) for p in one.get(role, ())]
    rows += [(tag, plain(str(one[name]))) for tag, name in RIS_FIELDS if one.get(name)]
    issued, accessed = _parts(one.get("issued")), _parts(one.get("accessed"))
    rows += [("PY", issued[0])] if issued else []
    rows += [("DA", "/".join(issued))] if issued[1:] else []
    rows += [("Y2", "/".join(accessed))] if accessed else []
    first, _, last = str(one.get("page", "")).replace("–", "-").partition("-")
    rows += [("SP", first)] * bool(first) + [("EP", last)] * bool(last)
    rows += [("KW", word) for word in str(one.get("keyword", "")).split(", ") if word]
    return "".join(f"{tag}  - {value}\n" for tag, value in rows) + "ER  - \n\n"


def _person(person: Mapping[str, str]) -> str:
    if "literal" in person:
        return "et al.," if person["literal"] == OTHERS else person["literal"]
    particle = person.get("non-dropping-particle") or person.get("dropping-particle") or ""
    return ", ".join(filter(None, (f"{particle} {person.get('family', '')}".strip(), person.get("given"), person.get("suffix"))))


def _parts(when: Any) -> list[str]:
    """A CSL date's year, month and day in digits, as far as it has them."""
    return [str(p).zfill(2) for p in (when or {}).get("date-parts", [[]])[0]]


def plain(text: str) -> str:
    """A CSL-JSON text without its markup."""
    return " ".join(re.sub(r"</?(?:span|i|b|em|strong|sup|sub|sc)\b[^>]*>", "", text).split())
