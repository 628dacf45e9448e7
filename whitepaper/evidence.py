"""Exhibits in their places: numbered, drawn and listed; and what a section names from data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from html import escape as e

from whitepaper import figures, glossary_pages, register_pages, tables
from whitepaper.bibliography import Address, Drawing, Mention, Numbered
from whitepaper.language import date
from whitepaper.markdown import slug
from whitepaper.model import Exhibit, Mark, Paper, Section
from whitepaper.register_pages import CLAIMS

REGISTERS = ("claims", "recommendations", "glossary", "verification")
MORE = (*(f"{name}.json" for name in REGISTERS), *(f"{name}.schema.json" for name in (*REGISTERS, "exhibit")))


def mentions(paper: Paper, numbers: Mapping[str, Numbered]) -> list[Mention]:
    """The works that the tables name, row by row, and those that the glossary names."""
    rows = [
        Mention(key, numbers[x.name].path, f"cite-{x.name}-{n}-{slug(key)}", numbers[x.name].names[0][1])
        for x in paper.exhibits.values()
        if x.name in numbers and x.kind != "figure"
        for n, row in enumerate(x.rows, 1)
        for key in [str(value) for value, column in zip(row, x.columns, strict=True) if column.type == "reference"]
    ]
    return rows + glossary_pages.mentions(paper)


def keys(section: Section, paper: Paper) -> list[str]:
    """The works that a section shows a link to: cited in its text, in its list of claims, in its tables and in its glossary."""
    found = [cite.key for c in section.citations for cite in c.cites]
    names = {m.name for m in section.marks if m.kind in ("exhibit", "again")}
    found += [key for name in names for key, _ in paper.exhibits[name].references()]
    if any(m.kind == "list" and m.name == "claims" for m in section.marks):
        claims = paper.claims.values() if section.path == CLAIMS else register_pages.of_section(paper, section)
        found += [key for c in claims for key in (c.supports + c.contradicts if section.path == CLAIMS else c.supports)]
    found += glossary_pages.keys(section, paper)
    return list(dict.fromkeys(found))


def inline(mark: Mark, drawing: Drawing, relative: Callable[[str], str]) -> str:
    """A claim, recommendation or exhibit named in the text, as a Markdown link."""
    if mark.kind == "see":
        place = drawing.numbers[mark.name]
        return f"[{place.name}]({relative(place.path)}#exhibit-{mark.name})"
    item = register_pages.item_of(drawing.paper, mark.name)
    page = relative(register_pages.page_of(item))
    return f"&#91;[{mark.name}, {register_pages.label(item, drawing.words)}]({page}#{mark.name}){{.citation .wp-mark}}&#93;"


def exhibit(item: Exhibit, drawing: Drawing, address: Address, path: str) -> str:
    """An exhibit on a page: figure, table, note, source, download and dictionary, and its own place where that is another page."""
    home = drawing.numbers[item.name]
    names = dict(home.names)
    parts = []
    if "figure" in names:
        parts.append(figures.draw(item, names["figure"], drawing.figures[item.name]))
    if "table" in names:
        parts.append(tables.draw(item, names["table"], drawing, address))
    parts.append(tables.below(item, drawing, address))
    if home.path != path:
        link = f'<a href="{e(address(home.path))}#exhibit-{item.name}">{e(drawing.paper.sections[home.path].title)}</a>'
        parts.append(f'<p class="wp-below">{e(drawing.words["exhibits"]["home"]).format(section=link)}</p>')
    return f'<div class="wp-exhibit" id="exhibit-{item.name}">\n' + "\n".join(parts) + "\n</div>"


def readings(drawing: Drawing) -> str:
    """How many works were read how far, as a table."""
    said, paper = drawing.words["readas"], drawing.paper
    counts = Counter(reference.fields.get("readas", "") for reference in paper.references.values())
    rows = "".join(f'<tr><th scope="row">{e(said[level])}</th><td>{counts[level]}</td></tr>' for level in said)
    head = drawing.words["readings"]
    total = e(head["caption"].format(n=len(paper.references), date=date(paper.publication.date, drawing.words)))
    return (
        f'<table><caption>{total}</caption><thead><tr><th scope="col">{e(head["level"])}</th><th scope="col">{e(head["works"])}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def listed(drawing: Drawing, address: Address) -> str:
    """All exhibits, with where they stand and their data."""
    said = drawing.words["exhibits"]
    rows = []
    for name, place in drawing.numbers.items():
        item = drawing.paper.exhibits[name]
        shown = " · ".join(shown for _, shown in place.names)
        files = f'<a href="{e(address(f"data/{name}.csv"))}" download>CSV</a> · <a href="{e(address(f"data/{name}.json"))}">JSON</a>'
        day = e(said["dated"].format(date=date(item.date, drawing.words)))
        note = f'<span class="wp-note">{e(drawing.paper.sections[place.path].title)} · {day} · {files}</span>'
        rows.append(f'<li><a href="{e(address(place.path))}#exhibit-{name}">{e(shown)}</a>. {e(item.caption)}{note}</li>')
    more = " · ".join(f'<a href="{e(address(f"data/{name}"))}">{e(name)}</a>' for name in MORE)
    return '<ul class="wp-sources">\n' + "\n".join(rows) + f"\n</ul>\n<p>{e(said['registers'])} {more}</p>"
