"""What a retraction asks of the paper, and what the results of the last audit must hold."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from whitepaper.model import Paper, Problem
from whitepaper.verification import retracted, status

Found = Iterator[Problem]


def unknown_reference(paper: Paper, lost: frozenset[str]) -> Found:
    """A result is of a key that no reference has."""
    for found in paper.verification.values():
        if found.key and found.key not in paper.references and found.key not in lost:
            near = difflib.get_close_matches(found.key, paper.references, 1, 0.6)
            mend = f"did you mean '{near[0]}'?" if near else "take the record out"
            yield Problem(found.place, f"has a result for '{found.key}', which references.bib does not hold", mend)


def unreviewed_retraction(paper: Paper, lost: frozenset[str]) -> Found:
    """A claim names a work that was retracted, and does not say that it was reviewed for that; or says so of another work."""
    for claim in paper.claims.values():
        named = (*claim.supports, *claim.contradicts)
        gone = [key for key in dict.fromkeys(named) if retracted(paper, key)]
        alone = bool(claim.supports) and all(retracted(paper, key) for key in claim.supports)
        for key in [k for k in gone if k not in claim.reviewed_for and not (alone and k in claim.supports)]:
            notices = [a for a in status(paper.references[key], paper.verification)["retracted"] if a]
            notice = f" ({', '.join(notices)})" if notices else ""
            keep = ", ".join((*claim.reviewed_for, key))
            mend = f"review the claim, then take the work out, or keep it and add 'reviewed_for: [{keep}]'"
            yield Problem(claim.place, f"{claim.number} leans on '{key}', which was retracted{notice}", mend)
        for key in [k for k in claim.reviewed_for if k not in gone and k not in lost]:
            what = "which was not retracted" if key in named else "a work that it does not name"
            yield Problem(claim.place, f"{claim.number} is reviewed for '{key}', {what}", "take it out of reviewed_for")
