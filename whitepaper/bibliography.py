"""Where every work is cited, and the lists of works that readers see: References, and each section's sources."""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby

from whitepaper import boxes, citeproc, citing, figures, verification
from whitepaper.cache import Cache
from whitepaper.checks.references import KINDS, LAW, UNCONFIRMED, unconfirmed
from whitepaper.citeproc import Formatted, Label, Style
from whitepaper.exports.works import file_name
from whitepaper.glossary import Recogniser, recogniser
from whitepaper.language import Words, date
from whitepaper.markdown import slug
from whitepaper.model import Citation, Heading, Paper, Reference, Section, Step, Verification
from whitepaper.references import cited_keys

Address = Callable[[str], str]
REFERENCES = "docs/references.md"
FILES = (("bib", "BibTeX"), ("ris", "RIS"), ("json", "CSL-JSON"))
TONGUES = {"french": "fr", "spanish": "es", "german": "de", "portuguese": "pt", "italian": "it"}  # biblatex's names, and the tags of BCP 47


@dataclass(frozen=True, slots=True)
class Mention:
    """One work cited at one place: the section, the anchor of that very citation, and the heading above it."""

    key: str
    path: str
    anchor: str
    heading: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """An exhibit's place and names: the section that places it, and 'Table 2.1', 'Figure 2.1' or both by kind."""

    path: str
    names: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """The name by which the text refers to it: a figure's, if it has one."""
        return self.names[-1][1]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What drawing a page needs: the paper, words, what readers should know of each work, mentions, the numbers of exhibits,
    each page's step in the reading order, the documents that will stand beside the pages, and what finds terms; and what other programs print,
    which may be under way until it is asked for: the works as formatted, and how the paper itself is cited.
    """

    paper: Paper
    words: Words
    notes: Mapping[str, str]
    mentions: Mapping[str, tuple[tuple[Mention, ...], ...]]
    numbers: Mapping[str, Numbered]
    steps: Mapping[str, Step]
    documents: frozenset[str]
    terms: Recogniser
    figures: Mapping[str, str]
    coming: tuple[Future[Formatted], Future[citing.Printed]]

    @property
    def formatted(self) -> Formatted:
        """The works, as the style prints them."""
        return self.coming[0].result()

    @property
    def cited(self) -> citing.Printed:
        """How the paper itself is cited."""
        return self.coming[1].result()

    def settle(self) -> None:
        """Wait for what other programs print, so that a build beside this one finds it kept."""
        for coming in self.coming:
            coming.exception()


def drawing(paper: Paper, style: Style, words: Words, cache: Cache, documents: frozenset[str] = frozenset()) -> Drawing:
    """All that the paper's pages are drawn from; what other programs print of it is begun.

    Args:
        documents: those that will stand beside the pages, by path on the site.
    """
    pool = ThreadPoolExecutor(2)
    formatted = pool.submit(lambda: in_their_languages(format_paper(paper, style, cache), paper))
    cited = pool.submit(citing.printed, paper, style, words, cache)
    pool.shutdown(wait=False)
    steps, terms = {step.path: step for step in paper.order}, recogniser(tuple(paper.terms.values()))
    drawn, known = figures.drawn(paper, words), notes(paper, words)
    return Drawing(paper, words, known, mentions(paper), numbered(paper, words), steps, documents, terms, drawn, (formatted, cited))


def numbered(paper: Paper, words: Words) -> Mapping[str, Numbered]:
    """The exhibits by name, numbered as they stand: Table 2.1 is the first table of section 2."""
    done: dict[str, Numbered] = {}
    for path, section in paper.sections.items():
        prefix = (re.match(r"(\d+)\.", section.title) or [""])[0]
        counts = {"table": 0, "figure": 0}
        for mark in section.marks:
            exhibit = paper.exhibits.get(mark.name)
            if mark.kind != "exhibit" or exhibit is None:
                continue
            kinds = ("table", "figure") if exhibit.kind == "both" else (exhibit.kind,)
            names = []
            for kind in kinds:
                counts[kind] += 1
                names.append((kind, f"{words['exhibits'][kind]} {prefix}{counts[kind]}"))
            done[exhibit.name] = Numbered(path, tuple(names))
    return done


def reading_paths(paper: Paper) -> tuple[str, ...]:
    """All pages: those of the reading order first, then the others by path."""
    chain = tuple(step.path for step in paper.order)
    return chain + tuple(sorted(p for p in paper.sections if p not in chain))


def mentions(paper: Paper) -> Mapping[str, tuple[tuple[Mention, ...], ...]]:
    """For each page, for each of its citations in order, one mention a work."""
    return {path: _of_section(paper.sections[path]) for path in reading_paths(paper)}


def _of_section(section: Section) -> tuple[tuple[Mention, ...], ...]:
    counts: Counter[str] = Counter()
    done = []
    for citation in section.citations:
        above = _heading(section, citation)
        row = []
        for cite in citation.cites:
            counts[cite.key] += 1
            row.append(Mention(cite.key, section.path, f"cite-{slug(cite.key)}-{counts[cite.key]}", above))
        done.append(tuple(row))
    return tuple(done)


def _heading(section: Section, citation: Citation) -> str:
    """The heading under which a citation stands: the nearest numbered one, else the title with the nearest."""
    above = [h for h in section.headings if h.start <= citation.start and h.level > 1]
    if not above:
        return section.title
    if not above[-1].text[:1].isdigit():
        return f"{section.title}, {above[-1].text}"
    return _numbered(above).text


def _numbered(above: list[Heading]) -> Heading:
    return above[-1]


def format_paper(paper: Paper, style: Style, cache: Cache) -> Formatted:
    """Every cited work as the style prints it; law as Canadian practice prints it."""
    cited = [paper.references[key] for key in cited_keys(paper)]
    law = {r.key: r for r in cited if r.type in LAW}
    suffixes = {c.suffix for s in paper.sections.values() for x in s.citations for c in x.cites if c.key not in law}
    done = citeproc.format_works([r.csl for r in cited if r.key not in law], suffixes, style, paper.publication.language, cache)
    if not law:
        return done
    labels = {key: Label(html.escape(r.fields["title"], False), ", ", html.escape(r.fields["number"], False)) for key, r in law.items()}
    entries = {key: _law_entry(r) for key, r in law.items()}
    sorted_as = {key: citeproc.collation(re.sub(r"^(?:the|an?|les?|la)\s+", "", r.fields["title"], flags=re.I)) for key, r in law.items()}
    order = list(done.order)
    for key in sorted(law, key=lambda k: (sorted_as[k], k)):
        at = next((n for n, other in enumerate(order) if citeproc.collation(_begin(done, other, sorted_as)) > sorted_as[key]), len(order))
        order.insert(at, key)
    return Formatted(style, {**done.labels, **labels}, {**done.entries, **entries}, tuple(order), done.tails, citeproc.ranks(order))


def in_their_languages(formatted: Formatted, paper: Paper) -> Formatted:
    """The works as formatted, each title in another language than the paper's marked as such, for voices that read aloud."""
    entries = {key: _in_its_language(entry, paper.references[key].fields) for key, entry in formatted.entries.items()}
    return replace(formatted, entries=entries)


def _in_its_language(entry: str, fields: Mapping[str, str]) -> str:
    """An entry whose title says its language; the whole entry where the style changed the title."""
    tongue = TONGUES.get(fields.get("langid", fields.get("language", "")).lower())
    if tongue is None or "title" not in fields:
        return entry
    title = html.escape(fields["title"].replace("'", "’"), False)
    said = title if title in entry else entry
    return entry.replace(said, f'<span lang="{tongue}">{said}</span>', 1)


def _begin(done: Formatted, key: str, law: Mapping[str, str]) -> str:
    """What an entry is sorted by, for placing law among the other works."""
    return law[key] if key in law else re.split(r", |\. \(| \(", done.entries[key], maxsplit=1)[0]


def _law_entry(reference: Reference) -> str:
    """A statute, regulation or case: its title in italics and its citation, then where to read it."""
    entry = f"<em>{html.escape(reference.fields['title'], False)}</em>, {html.escape(reference.fields['number'], False)}."
    url = html.escape(reference.fields.get("url", ""))
    return entry + (f' <a href="{url}" rel="noopener">{url}</a>' if url else "")


def notes(paper: Paper, words: Words) -> Mapping[str, str]:
    """What readers should know of each reference, by key."""
    return {key: _note(reference, paper.verification, words) for key, reference in paper.references.items()}


def _note(reference: Reference, results: Mapping[str, Verification], words: Words) -> str:
    """What a reader should know of a reference besides its entry: how far it was read, when seen, whether its record matched,
    corrected or retracted."""
    said = words["bibliography"]
    parts = [words["kinds"][reference.fields["keywords"]], said["read_as"].format(readas=words["readas"][reference.fields["readas"]])]
    if "urldate" in reference.fields:
        parts.append(said["accessed"].format(date=date(reference.fields["urldate"], words)))
    if left_out := [words["fields"][name] for name in UNCONFIRMED if name in words["fields"] and name in unconfirmed(reference)]:
        parts.append(said["unconfirmed"].format(fields=", ".join(left_out)))
    if told := _audited(reference, results, words):
        parts.append(told)
    shown = [html.escape(p, False) for p in parts]
    for word, notices in verification.status(reference, results).items():
        shown += _status(word, notices, words)
    if "archivedurl" in reference.fields:
        shown.append(f'<a class="archived" href="{html.escape(reference.fields["archivedurl"])}" rel="noopener">{html.escape(said["archived"])}</a>')
    return " · ".join(shown)


def _audited(reference: Reference, results: Mapping[str, Verification], words: Words) -> str:
    """What the last audit found of the entry as it stands: that its record matched, differs, or was not found; nothing where it has changed since."""
    found = verification.compared(reference, results)
    if not found:
        return ""
    result = "differs" if found.fields else "matched" if found.result in ("corrected", "retracted") else found.result
    fields = ", ".join(words["fields"][name] for name in found.fields)
    return str(words["bibliography"]["record"][result]).format(date=date(found.date, words), fields=fields)


def _status(word: str, notices: tuple[str, ...], words: Words) -> list[str]:
    """That a work was corrected or retracted, or is itself a notice, each notice a link."""
    said = words["bibliography"]
    kind = f'class="status" data-status="{word}"'
    if not notices:
        return [f"<span {kind}>{html.escape(said[word])}</span>"]
    labels = [said["to_work" if word == "notice" else "to_notice"].format(status=said[word])]
    labels += [said["to_notice_nth"].format(status=said[word], n=n) for n in range(2, len(notices) + 1)]
    return [f'<a {kind} href="{html.escape(at)}" rel="noopener">{html.escape(label)}</a>' for at, label in zip(notices, labels, strict=True)]


def _in_order(keys: Iterable[str], formatted: Formatted) -> list[str]:
    return sorted(set(keys), key=lambda k: formatted.rank[k])


def link(key: str, drawing: Drawing, address: Address, anchor: str = "") -> str:
    """A work named outside the running text, as a link to its entry."""
    label = drawing.formatted.labels[key]
    identity = f' id="{html.escape(anchor)}"' if anchor else ""
    href = f"{html.escape(address(REFERENCES))}#ref-{slug(key)}"
    return f'<a class="citation"{identity} href="{href}">{label.author}{label.delimiter}{label.year}</a>'


def group(keys: Iterable[str], drawing: Drawing, address: Address, anchor: Callable[[str], str] = lambda _: "", parentheses: bool = True) -> str:
    """Works in a row as HTML, in the bibliography's order; nothing for none."""
    style = drawing.formatted.style
    shown = style.delimiter.join(link(key, drawing, address, anchor(key)) for key in _in_order(keys, drawing.formatted))
    return f"{html.escape(style.prefix)}{shown}{html.escape(style.suffix)}" if shown and parentheses else shown


def source_rows(keys: Iterable[str], drawing: Drawing, address: Address) -> list[str]:
    """Works that a page cites, as rows of its sources: what the preview of a citation shows."""
    page, told = html.escape(address(REFERENCES)), html.escape(drawing.words["citations"]["in_references"])
    return [
        f'<li id="source-{slug(key)}">{drawing.formatted.entries[key]}'
        f'<span class="wp-note">{drawing.notes[key]} · <a href="{page}#ref-{slug(key)}">{told}</a></span></li>'
        for key in _in_order(keys, drawing.formatted)
    ]


def whole(drawing: Drawing, address: Address, exhibits: Iterable[Mention], leaning: Callable[[str], str]) -> str:
    """The References page's list, as HTML: every cited work with its kind, how it was read, all back-links and the claims that lean on it.

    Args:
        exhibits: the works that tables name.
        leaning: gives the claims that lean on a work.
    """
    uses: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention in [m for rows in drawing.mentions.values() for row in rows for m in row] + list(exhibits):
        uses[mention.key].append(mention)
    rows = [(key, _row(drawing.paper.references[key], uses[key], drawing, address, leaning(key))) for key in drawing.formatted.order]
    letters = [[row for _, row in found] for _, found in groupby(rows, lambda pair: _letter(drawing.formatted.entries[pair[0]]))]
    lists = "\n".join(f'<ul class="wp-list {boxes.height(letter)}">\n' + "\n".join(letter) + "\n</ul>" for letter in letters)
    choices = _filter(drawing.paper, drawing.formatted, drawing.words)
    told = html.escape(drawing.words["take"]["whole"])
    whole_list = f"<p>{told} {' · '.join(_file(address(f'references.{kind}'), name) for kind, name in FILES)}</p>"
    return f'<div class="wp-references">\n{whole_list}\n{choices}\n{lists}\n</div>'


def _letter(entry: str) -> str:
    """The letter that an entry stands under."""
    return citeproc.collation(entry)[:1]


def _row(reference: Reference, uses: list[Mention], drawing: Drawing, address: Address, leaning: str) -> str:
    links = ", ".join(f'<a href="{html.escape(address(m.path))}#{m.anchor}">{html.escape(label)}</a>' for m, label in _named(uses, drawing.words))
    told = html.escape(drawing.words["bibliography"]["cited_in"])
    cited = f'<span class="wp-uses">{told}: {links}</span>' if links else ""
    entry = f'<span class="wp-entry">{drawing.formatted.entries[reference.key]}</span>'
    note = f'<span class="wp-note">{drawing.notes[reference.key]}</span>'
    take = _take(reference.key, drawing.words, address)
    return f'<li id="ref-{slug(reference.key)}" data-kind="{reference.fields["keywords"]}">{entry}{note}{cited}{leaning}{take}</li>'


def _file(href: str, name: str) -> str:
    return f'<a href="{html.escape(href)}" download>{name}</a>'


def _take(key: str, words: Words, address: Address) -> str:
    """Links to one work as a file in each format."""
    stem = f"{address('references/')}{file_name(key)}"
    links = " · ".join(_file(f"{stem}.{kind}", name) for kind, name in FILES)
    return f'<span class="wp-uses wp-take">{html.escape(words["take"]["one"])} {links}</span>'


def _named(uses: list[Mention], words: Words) -> list[tuple[Mention, str]]:
    """Mentions with their labels: the heading, and from the second under one heading on, which it is."""
    said = words["bibliography"]
    counts: Counter[tuple[str, str]] = Counter()
    done = []
    for mention in uses:
        counts[mention.path, mention.heading] += 1
        n = counts[mention.path, mention.heading]
        ordinal = said["ordinals"][n - 1] if n <= len(said["ordinals"]) else said["ordinal"].format(n=n)
        done.append((mention, mention.heading if n == 1 else said["nth"].format(heading=mention.heading, ordinal=ordinal)))
    return done


def _filter(paper: Paper, formatted: Formatted, words: Words) -> str:
    """Choices by kind; the style sheet does the rest, without script."""
    counts = Counter(paper.references[key].fields["keywords"] for key in formatted.order)
    said = words["bibliography"]
    rows = [("all", said["all"], len(formatted.order)), *((k, words["kinds"][k], counts[k]) for k in KINDS if counts[k])]
    choices = "".join(
        f'<label><input type="radio" name="kind" value="{kind}"{" checked" if kind == "all" else ""}>'
        f"<span>{html.escape(label)} {html.escape(said['count'].format(n=n))}</span></label>"
        for kind, label, n in rows
    )
    return f'<fieldset class="wp-filter"><legend>{html.escape(said["show"])}</legend>{choices}</fieldset>'
