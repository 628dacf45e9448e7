"""What claims and recommendations must hold."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator

from whitepaper.model import Claim, Paper, Place, Problem
from whitepaper.verification import retracted

Found = Iterator[Problem]


def unknown_reference(paper: Paper, lost: frozenset[str]) -> Found:
    """A claim leans on a key that no reference has."""
    for claim in paper.claims.values():
        for key in (*claim.supports, *claim.contradicts):
            if key not in paper.references and key not in lost:
                near = difflib.get_close_matches(key, paper.references, 1, 0.6)
                mend = f"did you mean '{near[0]}'?" if near else "add it to references.bib, or take it out"
                yield Problem(claim.place, f"{claim.number} names '{key}', which references.bib does not hold", mend)


def unknown_number(paper: Paper) -> Found:
    """A section, recommendation or premise names a claim or recommendation that the registers do not hold."""
    for section in paper.sections.values():
        for mark in section.marks:
            held = {"claim": paper.claims, "recommendation": paper.recommendations}.get(mark.kind)
            if held is not None and mark.name not in held:
                yield _unknown(Place(section.path, mark.line), f"names [{mark.name}]")
    for recommendation in paper.recommendations.values():
        for number in recommendation.claims:
            if number not in paper.claims:
                yield _unknown(recommendation.place, f"{recommendation.number} rests on '{number}'")
    for claim in paper.claims.values():
        for premise in claim.premises:
            if premise[:1] == "C" and premise[1:2].isdigit() and premise not in paper.claims:
                yield _unknown(claim.place, f"{claim.number} has the premise '{premise}'")


def _unknown(place: Place, what: str) -> Problem:
    return Problem(place, f"{what}, which the register does not hold", "add it to the register, or name another")


def used_nowhere(paper: Paper) -> Found:
    """A claim stands in no section, or a recommendation rests on nothing that the paper shows."""
    lists = {(s.path, m.name) for s in paper.sections.values() for m in s.marks if m.kind == "list"}
    named = {m.name for s in paper.sections.values() for m in s.marks}
    for claim in paper.claims.values():
        path = f"docs/sections/{claim.section}.md"
        if path not in paper.sections:
            yield Problem(
                claim.place, f"{claim.number} belongs to '{claim.section}', and there is no such section", "name a file of docs/sections, without .md"
            )
        elif (path, "claims") not in lists and claim.number not in named:
            yield Problem(claim.place, f"{claim.number} is used nowhere", f"write '[{claim.number}]' or '\\claims' in {path}, or remove it")


def without_grounds(paper: Paper) -> Found:
    """A claim about the world without reference, a judgement without premises, a recommendation without claim."""
    for claim in paper.claims.values():
        if claim.certainty == "judgement" and not claim.premises:
            yield Problem(claim.place, f"{claim.number} is a judgement without premises", "add 'premises: […]'")
        if claim.certainty != "judgement" and not claim.supports:
            yield Problem(claim.place, f"{claim.number} has no reference that supports it", "add one to 'supports', or call it a judgement")
    for recommendation in paper.recommendations.values():
        if not recommendation.claims:
            yield Problem(recommendation.place, f"{recommendation.number} rests on no claim", "add 'claims: […]'")


def too_sure(paper: Paper) -> Found:
    """A claim is rated higher than what it leans on allows."""
    for claim in paper.claims.values():
        yield from _too_sure(claim, paper)


def _too_sure(claim: Claim, paper: Paper) -> Found:
    works = [paper.references[k].fields for k in claim.supports if k in paper.references]
    against = [paper.references[k].fields for k in claim.contradicts if k in paper.references]
    if not works:
        return
    if all(retracted(paper, key) for key in claim.supports if key in paper.references):
        yield Problem(claim.place, f"{claim.number} rests on retracted works only", "review the claim")
    if claim.certainty != "judgement" and all(w.get("readas") == "secondary" for w in works):
        yield Problem(claim.place, f"{claim.number} rests on works read second-hand only", "read one, or take the claim out")
    if claim.certainty == "high" and any(w.get("keywords") == "trial" for w in against):
        yield Problem(claim.place, f"{claim.number} is 'high' and names a trial that contradicts it", "lower the certainty")
    if claim.about == "people" and claim.certainty in ("high", "moderate") and all(w.get("keywords") == "preclinical" for w in works):
        yield Problem(
            claim.place, f"{claim.number} is '{claim.certainty}' about people and rests on laboratory and animal studies only", "lower it to 'low' or less"
        )


def out_of_date(paper: Paper) -> Found:
    """A claim's as-of date is no date, or lies after the paper's own or more than two years before it."""
    today = paper.publication.date
    for claim in paper.claims.values():
        parts = claim.asof.split("-")
        if not claim.asof:
            continue
        if not (1 <= len(parts) <= 3 and all(p.isdigit() for p in parts) and len(parts[0]) == 4):
            yield Problem(claim.place, f"{claim.number} is as of '{claim.asof}'", "write a date such as 2026-11-21 or 2026-11")
        elif today != "9999-12-31" and (claim.asof > today or f"{int(parts[0]) + 2}{claim.asof[4:]}" < today):
            yield Problem(
                claim.place, f"{claim.number} is as of {claim.asof}, and the paper is of {today}", "review the claim against newer sources, and date it"
            )


RULES: tuple[Callable[[Paper], Found], ...] = (without_grounds, too_sure, out_of_date)
