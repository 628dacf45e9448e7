"""What an editor begins: a section within the reading order, and a reference from its registry's record."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from whitepaper import bibtex, chain, records, registries
from whitepaper.checks.references import DOI, KINDS, READ_AS
from whitepaper.language import words
from whitepaper.model import Paper, Place, Problem, Section
from whitepaper.order import address, resolve


def section(paper: Paper, name: str, title: str, after: str) -> tuple[dict[str, str], list[Problem]]:
    """The texts that change when a section begins: its own and its neighbours'; or what is wrong with what was asked."""
    path = f"docs/sections/{name}.md"
    place, order = Place(path), [step.path for step in paper.order]
    problems = []
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name):
        problems.append(Problem(Place("docs/sections"), f"NAME is '{name}'", "use small letters, digits and hyphens, as in '8-monitoring'"))
    if path in paper.files:
        problems.append(Problem(place, "there is such a page already", "choose another NAME"))
    if not title.strip():
        problems.append(Problem(place, "has no TITLE", "give one, as in TITLE='8. Monitoring'"))
    before = resolve(after, path, order) or resolve("/" + after.removeprefix("docs/"), path, order)
    if before is None:
        near = difflib.get_close_matches(after, [address(p).rsplit("/", 1)[-1] or "index" for p in order], 1, 0.4)
        mend = f"did you mean '{near[0]}'?" if near else "name a page of the reading order, as in AFTER=7-way-forward"
        problems.append(Problem(place, f"AFTER is '{after}', and no page of the reading order has that name", mend))
    if problems or before is None:
        return {}, problems
    said = words(paper.publication.language)["new_section"]
    at = order.index(before)
    neighbours = (paper.sections[before], paper.sections[order[at + 1]] if at + 1 < len(order) else None)
    title = " ".join(title.split())
    front = [f"title: {_scalar(title)}", f"description: {_scalar(said['description'].format(title=title))}", "draft: true"]
    front += [*chain.block_of("prev", neighbours[0]), *chain.block_of("next", neighbours[1])]
    body = f"# {title}\n\n{said['outline']}\n\n## {said['brief']}\n\n\\claims\n\n## {said['policy']}\n\n\\recommendations\n"
    texts = {path: "\n".join(["---", *front, "---", "", body])}
    new = Section(path, "", 0, title, "")
    texts[before] = chain.with_neighbour(neighbours[0].text, "next", new)
    if neighbours[1]:
        texts[neighbours[1].path] = chain.with_neighbour(neighbours[1].text, "prev", new)
    return texts, []


def _scalar(text: str) -> str:
    """A text as a YAML value: between quotes only where YAML needs them."""
    plain = not re.search(r": | #|:$|^[\s'\"&*!|>%@`{\[?,#-]", text) and not re.fullmatch(r"[\d.]+|true|false|yes|no|null|~", text, re.I)
    return text if plain else chain.quoted(text)


def reference(paper: Paper, root: Path, path: str, doi: str, kind: str, readas: str, timeout: float) -> tuple[dict[str, str], str, list[Problem]]:
    """The bibliography with the work of a DOI in its place and what to tell of it; or why there is none."""
    bare = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", doi.strip(), flags=re.I)
    problems = []
    if not DOI.match(bare):
        problems.append(Problem(Place(path), f"DOI is '{doi}', which is none", "give one that begins with '10.' and has a '/', as in DOI=10.1038/npp.2016.186"))
    for name, value, scale in (("KIND", kind, KINDS), ("READAS", readas, READ_AS)):
        if value and value not in scale:
            problems.append(Problem(Place(path), f"{name} is '{value}'", f"use one of {', '.join(scale)}"))
    problems += _held(paper, bare)
    if problems:
        return {}, "", problems
    try:
        record = registries.fetch(bare, timeout)
    except registries.Unanswered as error:
        what, _, mend = str(error).partition("; ")
        return {}, "", [Problem(Place(path), what, mend)]
    if problems := _held(paper, record.fields.get("doi", bare)):
        return {}, "", problems
    text = (root / path).read_text(encoding="utf-8")
    key = records.key_of(record, paper.references)
    said = {name: value for name, value in (("keywords", kind), ("readas", readas)) if value}
    entry = bibtex.written(record.kind, key, records.fields_of(record, text) | said)
    text, line = bibtex.with_entry(text, key, entry)
    missing = [f"{name} ({', '.join(scale)})" for name, scale in (("keywords", KINDS), ("readas", READ_AS)) if name not in said]
    lines = [entry.rstrip(), "", f"{path}:{line}: holds '{key}' now"]
    lines += [f"say its {' and its '.join(missing)}"] if missing else []
    return {path: text}, "\n".join([*lines, f"cite it as [@{key}], then run make check"]), []


def _held(paper: Paper, doi: str) -> list[Problem]:
    """That a work is in the bibliography already."""
    found = [r for r in paper.references.values() if r.fields.get("doi", "").lower() == doi.lower()]
    return [Problem(r.field_place("doi"), f"'{r.key}' has the DOI '{doi}' already", f"cite it as [@{r.key}]") for r in found]
