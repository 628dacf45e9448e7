"""`publication.yml`: who, what and when. No date of the paper comes from the clock."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

import yaml

from whitepaper.language import languages
from whitepaper.model import Contributor, Place, Problem, Publication

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TEXTS = ("name", "title", "subtitle", "version", "date", "licence", "code_licence", "abstract")
LISTS = ("languages", "keywords")
REQUIRED = (*TEXTS, *LISTS, "contributors")
SUPPLIED = ("published", "publisher", "contact", "address", "repository")  # absent until a person supplies them
FIELDS = (*REQUIRED, *SUPPLIED, "identifiers")
ROLES = ("author", "editor", "translator", "reviewer", "contributor")
PERSON = ("group", "given", "family", "roles", "orcid")
IDENTIFIERS = {"doi": r"10\.\d{4,9}/\S+", "isbn": r"(?:97[89][ -]?)?[\d -]{9,13}[\dX]", "issn": r"\d{4}-\d{3}[\dX]"}
LICENCES = {
    "CC-BY-4.0": ("Creative Commons Attribution 4.0 International", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": ("Creative Commons Attribution-ShareAlike 4.0 International", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "CC0-1.0": ("CC0 1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "MIT": ("MIT License", "https://spdx.org/licenses/MIT.html"),
}
FORMS = {
    "name": (r"[a-z0-9]+(?:-[a-z0-9]+)*", "write it in small letters, digits and hyphens; files are named for it"),
    "address": (r"https?://[^\s/?#]+(?:/[^\s?#]*)?", "write it as https://example.org/paper/"),
    "repository": (r"https?://[^\s]+", "write it as https://example.org/paper"),
    "contact": (r"[^\s@]+@[^\s@]+\.[^\s@]+", "write an e-mail address"),
}
UNKNOWN = Publication("", "", "", "9999-12-31", ("en",))
DOCUMENTS = {
    "pdf": "application/pdf",
    "epub": "application/epub+zip",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def documents(record: Publication) -> dict[str, str]:
    """Where the whole paper's documents stand on the site, by kind: the one place that names them."""
    return {kind: f"documents/{record.name}.{kind}" for kind in DOCUMENTS}


def read(path: str, text: str) -> tuple[Publication | None, list[Problem]]:
    """The record that a text holds, or what is wrong with it."""
    try:
        tree = yaml.compose(text, Loader=LOADER)
        values = yaml.load(text, Loader=LOADER)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        what = f"does not parse: {getattr(error, 'problem', None) or str(error).splitlines()[0]}"
        return None, [Problem(Place(path, mark.line + 1 if mark else 1), what, "write 'name: value' lines")]
    if not isinstance(values, dict) or not isinstance(tree, yaml.MappingNode):
        return None, [Problem(Place(path, 1), "is not a list of 'name: value' lines", f"give {', '.join(REQUIRED)}")]
    lines = {key.value: key.start_mark.line + 1 for key, _ in tree.value}
    problems = [Problem(Place(path, 1), f"has no {name}", f"add '{name}: …'") for name in REQUIRED if values.get(name) in (None, "", [])]
    problems += [Problem(Place(path, lines[n]), f"has an unknown field '{n}'", f"use {', '.join(FIELDS)}") for n in lines if n not in FIELDS]
    problems += [Problem(Place(path, lines[name]), what, mend) for name, what, mend in _faults(values)]
    return (None if problems else _record(values)), problems


def _faults(values: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the fields that are there: the field, what, and how to mend it."""
    given = {name: value for name, value in values.items() if value not in (None, "", [])}
    for name in [n for n in (*TEXTS, *SUPPLIED) if isinstance(given.get(n), (list, dict))]:
        yield name, f"{name} is not one value", f"write '{name}: …'"
    for name in [n for n in LISTS if n in given and not isinstance(given[n], list)]:
        yield name, f"{name} is not a list", f"write '{name}: […]'"
    for name in [n for n in ("date", "published") if n in given and not _is_date(_text(given[n]))]:
        yield name, f"{name} is '{_text(given[name])}'", "write it as 2026-11-21"
    for name in [n for n in ("licence", "code_licence") if n in given and _text(given[n]) not in LICENCES]:
        yield name, f"{name} is '{_text(given[name])}'", f"use an SPDX name: {', '.join(LICENCES)}"
    for name in [n for n in FORMS if n in given and not re.fullmatch(FORMS[n][0], _text(given[n]))]:
        yield name, f"{name} is '{_text(given[name])}'", FORMS[name][1]
    for tag in [_text(t) for t in given["languages"]] if isinstance(given.get("languages"), list) else []:
        if tag.split("-")[0].lower() not in languages():
            what = f"languages holds '{tag}', which has no words"
            yield "languages", what, f"use {' or '.join(languages())}, or add whitepaper/language/{tag}.yml"
    yield from _contributor_faults(given.get("contributors", []))
    yield from _identifier_faults(given.get("identifiers", {}))


def _contributor_faults(found: Any) -> Iterator[tuple[str, str, str]]:
    if not isinstance(found, list):
        yield "contributors", "contributors is not a list", "give each as '- group: …' or '- given: …' and 'family: …', with 'roles: [author]'"
        return
    for n, one in enumerate(found, 1):
        fields = one if isinstance(one, dict) else {}
        if not fields.get("group") and not (fields.get("given") and fields.get("family")):
            yield "contributors", f"contributor {n} has no name", "give 'group: …', or 'given: …' and 'family: …'"
        roles = fields.get("roles")
        roles = list(map(str, roles)) if isinstance(roles, list) else []
        if not roles or set(roles) - set(ROLES):
            yield "contributors", f"contributor {n} has the roles '{', '.join(roles)}'", f"write 'roles: […]' with {', '.join(ROLES)}"
        if unknown := sorted(set(map(str, fields)) - set(PERSON)):
            yield "contributors", f"contributor {n} has an unknown field '{unknown[0]}'", f"use {', '.join(PERSON)}"
        if fields.get("orcid") and not re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", str(fields["orcid"])):
            yield "contributors", f"contributor {n} has the orcid '{fields['orcid']}'", "write it as 0000-0002-1825-0097"
    if found and not any(isinstance(one, dict) and "author" in (one.get("roles") or ()) for one in found):
        yield "contributors", "no contributor is an author", "give one 'roles: [author]'"


def _identifier_faults(found: Any) -> Iterator[tuple[str, str, str]]:
    if not isinstance(found, dict):
        yield "identifiers", "identifiers is not a list of 'name: value' lines", f"give {', '.join(IDENTIFIERS)}"
        return
    for name, value in found.items():
        if name not in IDENTIFIERS:
            yield "identifiers", f"identifiers holds an unknown '{name}'", f"use {', '.join(IDENTIFIERS)}"
        elif not re.fullmatch(IDENTIFIERS[name], _text(value)):
            yield "identifiers", f"{name} is '{_text(value)}', which is none", "write it bare, without address or prefix"


def _record(values: dict[str, Any]) -> Publication:
    texts = {name: " ".join(_text(values.get(name)).split()) for name in (*TEXTS, *SUPPLIED)}
    lists = {name: tuple(_text(v) for v in values[name]) for name in LISTS}
    people = tuple(
        Contributor(_text(c.get("group") or c["family"]), _text(c.get("given")), tuple(map(str, c["roles"])), _text(c.get("orcid")))
        for c in values["contributors"]
    )
    identifiers = {name: _text(value) for name, value in (values.get("identifiers") or {}).items()}
    texts["address"] = with_slash(texts["address"])
    return Publication(**texts, **lists, contributors=people, identifiers=identifiers)  # type: ignore[arg-type]  # mypy joins the two kinds of value


def with_slash(address: str) -> str:
    """An address that other addresses can be added to."""
    return address and address.rstrip("/") + "/"


def address_faults(address: str) -> list[Problem]:
    """What is wrong with an address that the environment gives."""
    form, mend = FORMS["address"]
    return [] if re.fullmatch(form, address) else [Problem(Place("SITE_URL"), f"is '{address}'", mend)]


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str("" if value is None else value).strip()


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
