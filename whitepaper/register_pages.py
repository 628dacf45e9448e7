"""Claims and recommendations as readers see them: lists in sections, their own pages, and where each is used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from html import escape as e

from whitepaper import boxes
from whitepaper.bibliography import Address, Drawing, group
from whitepaper.language import Words, date
from whitepaper.markdown import slug
from whitepaper.model import Claim, Mark, Paper, Recommendation, Section

CLAIMS, RECOMMENDATIONS = "docs/claims.md", "docs/recommendations.md"


def of_section(paper: Paper, section: Section) -> list[Claim]:
    """The claims that belong to a section."""
    return [c for c in paper.claims.values() if section.path == f"docs/sections/{c.section}.md"]


def resting_on(paper: Paper, section: Section) -> list[Recommendation]:
    """The recommendations that rest on a section's claims."""
    own = {c.number for c in of_section(paper, section)}
    return [r for r in paper.recommendations.values() if own & set(r.claims)]


def item_of(paper: Paper, number: str) -> Claim | Recommendation:
    """The claim or recommendation of a number."""
    return paper.claims[number] if number in paper.claims else paper.recommendations[number]


def page_of(item: Claim | Recommendation) -> str:
    """The page that holds all claims, or all recommendations."""
    return CLAIMS if isinstance(item, Claim) else RECOMMENDATIONS


def named(paper: Paper, section: Section) -> list[Claim | Recommendation]:
    """The claims and recommendations that a section names in its text or lists as its own, each once."""
    found = [item_of(paper, m.name) for m in section.marks if m.kind in ("claim", "recommendation")]
    lists = {m.name for m in section.marks if m.kind == "list"}
    found += of_section(paper, section) if "claims" in lists else []
    found += resting_on(paper, section) if "recommendations" in lists else []
    return list({item.number: item for item in found}.values())


def label(item: Claim | Recommendation, words: Words) -> str:
    """The word for how sure we are of a claim, or how strong a recommendation is."""
    return str(words["certainty"][item.certainty]) if isinstance(item, Claim) else str(words["strength"][item.strength])


def badge(item: Claim | Recommendation, words: Words) -> str:
    """That word as a badge."""
    scale = item.certainty if isinstance(item, Claim) else item.strength
    return f'<span class="wp-badge" data-scale="{e(scale.replace(" ", "-"))}">{e(label(item, words))}</span>'


def source_rows(section: Section, drawing: Drawing, address: Address) -> list[str]:
    """The claims and recommendations that a section names, as rows of its sources: what their preview shows."""
    words, rows = drawing.words, []
    for item in named(drawing.paper, section):
        reason, said = (item.reason, words["claims"]) if isinstance(item, Claim) else (item.why, words["recommendations"])
        rows.append(
            f'<li id="source-{item.number}">{e(item.number)}. {e(item.statement)} {badge(item, words)}<span class="wp-note">{e(reason)} · '
            f'<a href="{e(address(page_of(item)))}#{item.number}">{e(said["whole"])}</a></span></li>'
        )
    return rows


def _link(number: str, address: Address) -> str:
    page = CLAIMS if number[0] == "C" else RECOMMENDATIONS
    return f'<a class="citation wp-mark" href="{e(address(page))}#{number}">{number}</a>'


def _claim_list(claims: list[Claim], drawing: Drawing, address: Address) -> str:
    rows = []
    for c in claims:
        cites = group(c.supports, drawing, address)
        rows.append(f"<li>{e(c.statement.rstrip('.'))} {cites}. {badge(c, drawing.words)} {_link(c.number, address)}</li>")
    return '<ul class="wp-claims">\n' + "\n".join(rows) + "\n</ul>"


def _recommendation_list(recommendations: list[Recommendation], drawing: Drawing, address: Address) -> str:
    rows = [f"<li>{e(r.statement)} {badge(r, drawing.words)} {_link(r.number, address)}</li>" for r in recommendations]
    return '<ul class="wp-claims">\n' + "\n".join(rows) + "\n</ul>"


def _facts(rows: list[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{e(name)}</dt><dd>{value}</dd>" for name, value in rows if value) + "</dl>"


def _article(item: Claim | Recommendation, data: str, facts: list[tuple[str, str]], words: Words) -> str:
    head = f"<p><strong>{item.number}.</strong> {e(item.statement)} {badge(item, words)}</p>"
    whole = head + _facts(facts)
    return f'<article class="wp-record {boxes.height([whole])}" id="{item.number}" {data} data-search-exclude="each">{whole}</article>'


def _claims_page(drawing: Drawing, address: Address) -> str:
    """Every claim, with its grounds and uses."""
    paper, said = drawing.paper, drawing.words["claims"]
    uses = _uses(paper)
    rows = []
    for c in paper.claims.values():
        facts = [
            (said["reason"], e(c.reason)),
            (said["supports"], _cites(c, c.supports, drawing, address)),
            (said["contradicts"], _cites(c, c.contradicts, drawing, address) or e(said["none"])),
            (said["premises"], ", ".join(_link(p, address) if p in paper.claims else e(p) for p in c.premises)),
            (said["change"], e(c.change)),
            (said["asof"], e(date(c.asof, drawing.words))),
            (said["used"], ", ".join(_place(p, drawing, address) for p in uses[c.number])),
            (said["recommendations"], ", ".join(_link(r.number, address) for r in paper.recommendations.values() if c.number in r.claims)),
        ]
        section = paper.sections[f"docs/sections/{c.section}.md"].title
        data = f'data-section="{e(section)}" data-certainty="{e(label(c, drawing.words))}"'
        rows.append(_article(c, data, facts, drawing.words))
    facets = [("section", said["section"]), ("certainty", said["certainty"])]
    return _filtered(rows, facets, drawing.words)


def _recommendations_page(drawing: Drawing, address: Address) -> str:
    """Every recommendation, with the claims that it rests on."""
    paper, said = drawing.paper, drawing.words["recommendations"]
    uses = _uses(paper)
    rows = []
    for r in paper.recommendations.values():
        claims = [f"{_link(n, address)} {e(paper.claims[n].statement)} {badge(paper.claims[n], drawing.words)}" for n in r.claims]
        facts = [
            (said["why"], e(r.why)),
            (said["actor"], e(r.actor)),
            (said["instrument"], e(r.instrument)),
            (said["horizon"], e(r.horizon)),
            (said["claims"], "<ul>" + "".join(f"<li>{c}</li>" for c in claims) + "</ul>"),
            (said["equity"], e(r.equity)),
            (said["resources"], e(r.resources)),
            (said["indicator"], e(r.indicator)),
            (said["used"], ", ".join(_place(p, drawing, address) for p in uses[r.number])),
        ]
        data = f'data-actor="{e(r.actor)}" data-horizon="{e(r.horizon)}" data-strength="{e(label(r, drawing.words))}"'
        rows.append(_article(r, data, facts, drawing.words))
    return _filtered(rows, [("actor", said["actor"]), ("horizon", said["horizon"]), ("strength", said["strength"])], drawing.words)


def _filtered(rows: list[str], facets: list[tuple[str, str]], words: Words) -> str:
    """Records with a place for their filter, which a script fills; without script the list is whole."""
    said = words["filter"]
    data = "".join(f' data-facet-{name}="{e(shown)}"' for name, shown in facets)
    head = f'<div class="wp-facets" hidden{data} data-all="{e(said["all"])}" data-shown="{e(said["shown"])}"></div>'
    return f'<div class="wp-records">\n{head}\n' + "\n".join(rows) + "\n</div>"


def _cites(claim: Claim, keys: tuple[str, ...], drawing: Drawing, address: Address) -> str:
    """Works named by a claim, each the very citation that the References page leads back to."""
    return group(keys, drawing, address, lambda key: f"claim-{claim.number}-{slug(key)}")


def _uses(paper: Paper) -> Mapping[str, list[str]]:
    """The sections that name or list each claim and recommendation."""
    uses: defaultdict[str, list[str]] = defaultdict(list)
    for path, section in paper.sections.items():
        for item in named(paper, section):
            uses[item.number].append(path)
    return uses


def _place(path: str, drawing: Drawing, address: Address) -> str:
    return f'<a href="{e(address(path))}">{e(drawing.paper.sections[path].title)}</a>'


def leaning(key: str, drawing: Drawing, address: Address) -> str:
    """The claims that lean on a work, for its entry on the References page: what falls if it falls."""
    said = drawing.words["claims"]
    parts = []
    for name, keys in (("leaning", "supports"), ("against", "contradicts")):
        found = [c.number for c in drawing.paper.claims.values() if key in getattr(c, keys)]
        if found:
            links = ", ".join(f'<a href="{e(address(CLAIMS))}#claim-{n}-{slug(key)}">{n}</a>' for n in found)
            parts.append(f'<span class="wp-uses">{e(said[name])}: {links}</span>')
    return "".join(parts)


def listed(mark: Mark, section: Section, drawing: Drawing, address: Address) -> str:
    r"""What `\claims` or `\recommendations` stands for: the section's own, or all on their page."""
    if mark.name == "claims":
        return _claims_page(drawing, address) if section.path == CLAIMS else _claim_list(of_section(drawing.paper, section), drawing, address)
    if section.path == RECOMMENDATIONS:
        return _recommendations_page(drawing, address)
    return _recommendation_list(resting_on(drawing.paper, section), drawing, address)
