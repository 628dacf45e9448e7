"""How to cite the paper, printed by its citation style and in Vancouver, and as BibTeX, RIS and CSL-JSON: the box on every page and the page /cite/."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape as e
from importlib import resources
from typing import Any

from whitepaper import citeproc
from whitepaper.cache import Cache
from whitepaper.citeproc import Style
from whitepaper.exports import record, works
from whitepaper.language import Words, date
from whitepaper.model import Paper, Publication
from whitepaper.publication import LICENCES

Address = Callable[[str], str]
CITE = "docs/cite.md"
STYLE_NAME = re.compile(r"<id>[^<]*?([^/<]+)</id>")


@dataclass(frozen=True, slots=True)
class Printed:
    """The paper as it is cited: in the text, whole in each form (HTML), and a section and an exhibit of it as examples."""

    inline: str
    forms: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]


def printed(paper: Paper, style: Style, words: Words, cache: Cache) -> Printed:
    """The paper's own citations."""
    publication, said = paper.publication, words["cite"]
    whole = {k: v for k, v in record.csl(publication, words).items() if k not in ("abstract", "keyword")}
    language = publication.language
    parts = _parts(paper, whole, said)
    apa = citeproc.format_apart([whole, *(work for _, work in parts)], style, language, cache)
    label = apa.labels[publication.name]
    vancouver = citeproc.printed({**whole, "edition": said["version"].format(version=publication.version)}, _vancouver(), language, cache)
    forms = (
        (_name(style), apa.entries[publication.name]),
        (said["vancouver"], vancouver),
        (said["bibtex"], e(record.bibtex(publication, words))),
        (said["ris"], e(works.ris(whole))),
        (said["csl"], e(works.as_json([whole]))),
    )
    return Printed(f"{label.author}{label.delimiter}{label.year}", forms, tuple((name, apa.entries[work["id"]]) for name, work in parts))


def _vancouver() -> str:
    return (resources.files("whitepaper") / "styles" / "vancouver.csl").read_text(encoding="utf-8")


def _name(style: Style) -> str:
    """What a style is called, from its identifier: 'APA' for `…/styles/apa`, 'Chicago author date' for `…/chicago-author-date`."""
    found = STYLE_NAME.search(style.text)
    name = found[1] if found else style.path
    return name.upper() if "-" not in name else name.replace("-", " ").capitalize()


def _parts(paper: Paper, whole: Mapping[str, Any], said: Words) -> list[tuple[str, dict[str, Any]]]:
    """A section and an exhibit of the paper as works of their own."""
    shared = {k: v for k, v in whole.items() if k not in ("type", "genre", "title", "publisher")}
    shared |= {"container-title": whole["title"]} | ({"publisher": whole["publisher"]} if "publisher" in whole else {})
    done: list[tuple[str, dict[str, Any]]] = []
    numbered = [s for path, s in paper.sections.items() if path.startswith("docs/sections/") and s.title[:1].isdigit()]
    if numbered:
        done.append((said["section"], {**shared, "id": "section", "type": "chapter", "title": numbered[0].title}))
    placed = [paper.exhibits[m.name] for step in paper.order for m in paper.sections[step.path].marks if m.kind == "exhibit"]
    if placed:
        done.append((said["data"], {**shared, "id": "data", "type": "dataset", "title": placed[0].caption.rstrip(".")}))
    return done


def _files(publication: Publication, said: Words, address: Address) -> str:
    """Links to the record in each format."""
    kinds = (("bib", "bibtex"), ("ris", "ris"), ("json", "csl"))
    return " · ".join(f'<a href="{e(address(record.path(publication, kind)))}" download>{e(said[name])}</a>' for kind, name in kinds)


def _forms(cited: Printed) -> str:
    """Each form by its name; a script adds a button that copies it."""
    rows = "".join(
        f"<dt>{e(name)}</dt><dd>{'<pre>' if n > 1 else '<p>'}<span data-copy>{text.strip()}</span>{'</pre>' if n > 1 else '</p>'}</dd>"
        for n, (name, text) in enumerate(cited.forms)
    )
    return f'<dl class="wp-forms">{rows}</dl>'


def spoken(said: Words) -> str:
    """What the script that copies needs to say, as attributes."""
    return "".join(f' data-{name}="{e(said[name])}"' for name in ("copy", "copied", "failed"))


def box(paper: Paper, cited: Printed, words: Words, path: str, address: Address) -> str:
    """The box at the end of every page, closed; nothing on the page that shows all of it open."""
    if any(m.kind == "list" and m.name == "cite-this" for m in paper.sections[path].marks):
        return ""
    said = words["cite"]
    more = f' · <a href="{e(address(CITE))}">{e(said["more"])}</a>' if CITE in paper.sections else ""
    below = f"<p>{e(said['download'])} {_files(paper.publication, said, address)}{more}</p>"
    return f'<details class="wp-cite"{spoken(said)}><summary>{e(said["title"])}</summary>{_forms(cited)}{below}</details>'


def this(paper: Paper, cited: Printed, words: Words, address: Address) -> str:
    r"""What `\cite-this` stands for: the paper in every form, its version, date and licences."""
    publication, said = paper.publication, words["cite"]
    facts = [
        (said["inline"], f"<span data-copy>({cited.inline})</span>"),
        (said["versions"], f"{e(publication.version)}, {e(date(publication.date, words))}"),
        (said["first"], e(date(publication.published, words))),
        (said["publisher"], e(publication.publisher)),
        *((name.upper(), e(value)) for name, value in publication.identifiers.items()),
        (said["address"], f'<a href="{e(publication.address)}">{e(publication.address)}</a>' if publication.address else ""),
        (said["licence"], _licence(publication.licence)),
        (said["code"], _licence(publication.code_licence)),
        (said["files"], _files(publication, said, address)),
    ]
    rows = "".join(f"<dt>{e(name)}</dt><dd>{value}</dd>" for name, value in facts if value)
    return f'<div class="wp-cite"{spoken(said)}>{_forms(cited)}<dl class="wp-facts">{rows}</dl></div>'


def _licence(name: str) -> str:
    title, url = LICENCES[name]
    return f'<a href="{e(url)}" rel="license noopener">{e(title)}</a> ({e(name)})'


def part(paper: Paper, cited: Printed, words: Words) -> str:
    r"""What `\cite-part` stands for: a section and a data set as works of their own, and places in the text."""
    said = words["cite"]
    rows = "".join(f"<dt>{e(name)}</dt><dd><span data-copy>{text}</span></dd>" for name, text in cited.parts)
    places = [(said["section"], said["at_section"], _first_numbered(paper)), (said["claim"], said["at_claim"], next(iter(paper.claims), ""))]
    places.append((said["recommendation"], said["at_recommendation"], next(iter(paper.recommendations), "")))
    inline = "".join(f"<dt>{e(name)}</dt><dd>({cited.inline}, {e(form.format(number=n))})</dd>" for name, form, n in places if n)
    return f'<dl class="wp-facts">{rows}</dl>\n<p>{e(said["places"])}</p>\n<dl class="wp-facts">{inline}</dl>'


def _first_numbered(paper: Paper) -> str:
    """The number of the first numbered heading of a section."""
    found = (
        h.text.split()[0] for path, s in paper.sections.items() if path.startswith("docs/sections/") for h in s.headings if h.level == 2 and h.text[0].isdigit()
    )
    return next(found, "")
