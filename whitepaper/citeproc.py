"""Author labels, year labels and full entries of works, by pandoc's citeproc.

Telling labels apart (by initials, more names, year letters) makes its cost grow faster than the square of the
number of works in one run, so works are formatted in batches. Works that share the surname of their first author
always share a batch, because a style tells such works alone apart; so the labels are those of one run over the
whole paper. Works whose surname is theirs alone, or whose years tell one author's works apart, are formatted without
that step, and their cost is linear.
A style whose rule reaches further is run in one batch.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
import tempfile
import unicodedata
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pypandoc

from whitepaper.cache import Cache, digest, source_version

ALONE, SHARING, SHORT = 250, 160, 5  # works in a batch: of one surname each, of shared ones; words of a title that stands in an author's place
TELLING_APART = re.compile(r'\s(?:disambiguate-add-(?:names|givenname|year-suffix)|givenname-disambiguation-rule)\s*=\s*(?:"[^"]*"|\'[^\']*\')')
NAMESPACE = {"csl": "http://purl.org/net/xbiblio/csl"}
KEPT_TAGS = "em|i|strong|b|sup|sub|span|cite"
ENTRY = re.compile(r'<div id="ref-(?P<key>[^"]*)" class="csl-entry"[^>]*>\n?(?P<entry>.*?)\n?</div>', re.S)
CITED = re.compile(r'<p><span class="citation" data-cites="[^"]*">(?P<text>.*?)</span></p>', re.S)
FAR_RULES = {"all-names", "all-names-with-initials"}

Work = Mapping[str, Any]


class StyleError(Exception):
    """A style that cannot be used here; the text says why."""


class ReadError(Exception):
    """pandoc cannot read a bibliography; the text is its own."""


@dataclass(frozen=True, slots=True)
class Style:
    """What a citation style says of citations in the text. `text` is the style's own XML."""

    path: str
    text: str
    prefix: str
    suffix: str
    delimiter: str
    sorts: bool
    collapses: bool
    far: bool


@dataclass(frozen=True, slots=True)
class Label:
    """How a work is named in the text, as HTML: `Li et al.`, `, `, `2010a`; and its people, by which works of one author are known."""

    author: str
    delimiter: str
    year: str
    people: str = ""


@dataclass(frozen=True, slots=True)
class Formatted:
    """Works as a style prints them: labels and entries (HTML) by key, keys in order, locators by source."""

    style: Style
    labels: Mapping[str, Label]
    entries: Mapping[str, str]
    order: tuple[str, ...]
    tails: Mapping[str, str]
    rank: Mapping[str, int]


@cache
def _pandoc() -> str:
    return str(pypandoc.get_pandoc_path())


@cache
def _version() -> str:
    """What results depend on besides their input: pandoc's version and this module's text."""
    return str(pypandoc.get_pandoc_version()) + source_version(__file__)


def _run(arguments: Sequence[str], source: str) -> str:
    """pandoc's output for a source.

    Raises:
        ReadError: pandoc refused the source.
    """
    done = subprocess.run([_pandoc(), *arguments], input=source.encode("utf-8", "replace"), capture_output=True, check=False)
    if done.returncode:
        raise ReadError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout.decode("utf-8")


def read_style(path: str, text: str) -> Style:
    """A style from its CSL text.

    Raises:
        StyleError: the text is no author-date style.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise StyleError(f"is no CSL style: {error}") from error
    category = root.find("csl:info/csl:category[@citation-format]", NAMESPACE)
    kind = category.get("citation-format") if category is not None else "unknown"
    layout, citation = root.find("csl:citation/csl:layout", NAMESPACE), root.find("csl:citation", NAMESPACE)
    if kind != "author-date":
        raise StyleError(f"is a style of kind '{kind}'")
    if layout is None or citation is None:
        raise StyleError("has no citation layout of its own")
    return Style(
        path, text,
        layout.get("prefix", ""), layout.get("suffix", ""), layout.get("delimiter", "; "),
        citation.find("csl:sort", NAMESPACE) is not None,
        citation.get("collapse", "").startswith("year"),
        citation.get("givenname-disambiguation-rule") in FAR_RULES,
    )  # fmt: skip


def read_works(bibliography: str, cache: Cache) -> tuple[dict[str, Any], ...]:
    """The works of a BibTeX or BibLaTeX text, as CSL-JSON.

    Raises:
        ReadError: pandoc cannot read the text.
    """
    if not bibliography.strip():
        return ()
    return tuple(cache.result(digest("works", _version(), bibliography), lambda: json.loads(_run(["-f", "biblatex", "-t", "csljson"], bibliography))))


def _prepared(work: Work) -> dict[str, Any]:
    """A work as it should be printed: whole surnames, no publisher that is also the author, no notes to self, and never nameless."""
    done = {k: v for k, v in work.items() if k not in ("abstract", "keyword", "annote", "title-short", "note", "language")}
    for role in ("author", "editor", "translator"):
        if role in done:
            done[role] = [_whole_surname(person) for person in done[role]]
    literals = {str(p.get("literal", "")) for p in done.get("author", ())}
    if done.get("publisher") in literals:
        del done["publisher"]
    named = done.get("publisher") or done.get("container-title")
    if named and not any(done.get(part) for part in ("author", "editor", "title")):
        done["author"] = [{"literal": named}]
    if done.get("title") and not any(done.get(role) for role in ("author", "editor")):
        done["title-short"] = " ".join(re.split(r"[:?.]\s", str(done["title"]), maxsplit=1)[0].split()[:SHORT])
    return done


def _whole_surname(person: Mapping[str, str]) -> dict[str, str]:
    """A name whose particle belongs to the surname: `de Graaf`, not `Graaf, de`."""
    named = dict(person)
    if "dropping-particle" in named:
        named["non-dropping-particle"] = named.pop("dropping-particle")
    return named


def _first(work: Work) -> str:
    """What the works that a style may have to tell apart from this one share with it: the first surname, or the title."""
    for role in ("author", "editor", "translator", "director", "container-author"):
        for person in work.get(role, ()):
            return str(person.get("family") or person.get("literal") or "").casefold()
    return "\0" + str(work.get("title", ""))[:20].casefold()


def _batches(works: Iterable[Work], style: Style) -> list[tuple[list[Work], Style]]:
    """Works in batches with the style of each, those of one first surname together; what stands in a batch depends on few others."""
    groups: defaultdict[str, list[Work]] = defaultdict(list)
    for work in works:
        groups["" if style.far else _first(work)].append(work)
    alone = {name: group for name, group in groups.items() if _told_apart(group)}
    sharing = {name: group for name, group in groups.items() if name not in alone}
    return [(batch, _plain(style)) for batch in _dealt(alone, ALONE)] + [(batch, style) for batch in _dealt(sharing, SHARING)]


def _told_apart(group: Sequence[Work]) -> bool:
    """Whether works of one first surname need no telling apart: one work, or one and the same person's or body's, each of its own year."""
    people = {json.dumps((work.get("author") or [work["id"]])[0], sort_keys=True) for work in group}
    years = {str(work.get("issued", {}).get("date-parts", [[None]])[0][0]) for work in group}
    return len(group) == 1 or (len(people) == 1 and len(years) == len(group))


def _plain(style: Style) -> Style:
    """A style that tells no works apart."""
    return replace(style, text=TELLING_APART.sub("", style.text))


def _dealt(groups: Mapping[str, list[Work]], size: int) -> list[list[Work]]:
    """Groups dealt into batches of about a size, each to the batch that its name leads to."""
    count = -(-sum(len(g) for g in groups.values()) // size)
    done: defaultdict[int, list[Work]] = defaultdict(list)
    for name, group in groups.items():
        done[int(digest(name), 16) % count] += group
    return [sorted(done[n], key=lambda w: str(w["id"])) for n in sorted(done)]


def _paragraph(key: str, mode: str) -> dict[str, Any]:
    """A paragraph of one citation, as pandoc's own tree."""
    cite = {"citationId": key, "citationPrefix": [], "citationSuffix": [], "citationMode": {"t": mode}, "citationNoteNum": 1, "citationHash": 0}
    return {"t": "Para", "c": [{"t": "Cite", "c": [[cite], [{"t": "Str", "c": key}]]}]}


Making = tuple[str, Callable[[], dict[str, Any]]]


def _makings(works: Iterable[Work], style: Style, language: str) -> list[Making]:
    """For each batch its name in the cache, and what formats it: labels and entries by key, and the keys in the style's order."""

    def making(batch: list[Work], used: Style) -> Making:
        keys = [str(w["id"]) for w in batch]
        return digest("format", _version(), used.text, language, batch), lambda: _parse(_citeproc(batch, used, language), keys, style)

    return [making(batch, used) for batch, used in _batches(works, style)]


def begin(works: Iterable[Work], style: Style, language: str, cache: Cache) -> None:
    """Set about formatting works beside other things; `format_works` takes what is done."""
    pool = ThreadPoolExecutor(3)
    for name, make in _makings(map(_prepared, works), style, language):
        cache.begin(pool, name, make)
    pool.shutdown(wait=False)


def _citeproc(batch: Sequence[Work], style: Style, language: str, markdown: str | None = None) -> str:
    """citeproc's HTML: for each work a whole citation and its year alone, then all entries; or for a given text."""
    with tempfile.TemporaryDirectory() as folder:
        csl, bibliography = Path(folder) / "style.csl", Path(folder) / "works.json"
        csl.write_text(style.text, encoding="utf-8")
        bibliography.write_text(json.dumps(list(batch), ensure_ascii=False), encoding="utf-8")
        arguments = ["-t", "html", "--wrap=none", "--citeproc", "--csl", str(csl), "--bibliography", str(bibliography)]
        if markdown is not None:
            return _run(["-f", "markdown", *arguments, "-M", f"lang={language}"], markdown)
        blocks = [_paragraph(str(w["id"]), mode) for w in batch for mode in ("NormalCitation", "SuppressAuthor")]
        tree = {"pandoc-api-version": [1, 23, 1], "meta": {"lang": {"t": "MetaString", "c": language}}, "blocks": blocks}
        return _run(["-f", "json", *arguments], json.dumps(tree))


def _parse(output: str, keys: Sequence[str], style: Style) -> dict[str, Any]:
    """The labels, entries and order that citeproc's HTML holds."""
    cited = [m["text"] for m in CITED.finditer(output)]
    labels = {key: _label(cited[2 * n], cited[2 * n + 1], style) for n, key in enumerate(keys)}
    entries = {html.unescape(m["key"]): safe(m["entry"].strip()) for m in ENTRY.finditer(output)}
    return {"labels": labels, "entries": entries, "order": list(entries)}


def _label(whole: str, alone: str, style: Style) -> tuple[str, str, str]:
    """Author, delimiter and year of a citation, from the whole of it and the year alone."""
    prefix, suffix = html.escape(style.prefix, False), html.escape(style.suffix, False)
    whole, alone = (safe(t.strip().removeprefix(prefix).removesuffix(suffix)) for t in (whole, alone))
    if not alone or not whole.endswith(alone) or whole == alone:
        return whole, "", ""
    head = whole[: -len(alone)]
    author = head.rstrip(" ,;:")
    return author, head[len(author) :], alone


def safe(text: str) -> str:
    """HTML of which only plain formatting and web links stay live; any other tag is shown as text.

    >>> safe('<em>a</em> <script>b</script>')
    '<em>a</em> &lt;script&gt;b&lt;/script&gt;'
    """

    def tag(m: re.Match[str]) -> str:
        if plain := re.fullmatch(rf"<(/?)({KEPT_TAGS})(?:\s[^>]*)?>", m[0]):
            return f"<{plain[1]}{plain[2]}>"
        if link := re.fullmatch(r'<a href="(https?://[^"<>\s]*)"[^>]*>', m[0]):
            return f'<a href="{link[1]}" rel="noopener">'
        return m[0] if m[0] == "</a>" else html.escape(m[0], False)

    shown = re.sub(r"<[^<>]*>", tag, text.replace("\n", " "))
    opened, closed = shown.count("<a "), shown.count("</a>")
    return re.sub(r"</?span>", "", shown if opened == closed else re.sub(r"<a [^>]*>|</a>", "", shown))


def _tails(suffixes: Iterable[str], style: Style, language: str, cache: Cache) -> dict[str, str]:
    """How the style prints what follows a key: `, pp. 3-4` becomes `, pp. 3–4`."""
    wanted = sorted(set(suffixes) - {""})
    if not wanted:
        return {}

    def make() -> dict[str, str]:
        work = {"id": "x", "type": "book", "title": "T", "author": [{"family": "Xy"}], "issued": {"date-parts": [[2000]]}}
        cites = "\n\n".join(f"[@x{' ' if s[:1].isalnum() else ''}{s}]" for s in wanted)
        shown = CITED.findall(_citeproc([work], style, language, cites))
        known = {}
        for suffix, text in zip(wanted, shown if len(shown) == len(wanted) else (), strict=False):
            found = re.search(r"2000(.*)$", text, re.S)
            known[suffix] = safe(found[1].removesuffix(style.suffix)) if found else suffix
        return known

    known = cache.result(digest("tails", _version(), style.text, language, wanted), make)
    return {s: str(known.get(s, s)) for s in wanted}


def collation(name: str) -> str:
    """A sort key, letter by letter: no accents, case, spaces or punctuation."""
    text = unicodedata.normalize("NFKD", html.unescape(re.sub(r"<[^>]+>", "", name)))
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def format_works(works: Sequence[Work], suffixes: Iterable[str], style: Style, language: str, cache: Cache) -> Formatted:
    """Labels and entries of all works, settled over the whole paper, and their order in the bibliography."""
    prepared = [_prepared(w) for w in works]
    with ThreadPoolExecutor(2) as pool:
        tails = pool.submit(_tails, suffixes, style, language, cache)
        done = list(pool.map(lambda making: cache.result(*making), _makings(prepared, style, language)))
    people = {str(w["id"]): json.dumps(w.get("author", w["id"]), sort_keys=True) for w in prepared}
    labels = {key: Label(label[0], label[1], label[2], people[key]) for d in done for key, label in d["labels"].items()}
    entries = {key: entry for d in done for key, entry in d["entries"].items()}
    rank = {key: n for d in done for n, key in enumerate(d["order"])}
    first = {str(w["id"]): _sorted_as(w) for w in prepared}
    order = sorted(entries, key=lambda key: (collation(first[key]), rank[key]))
    return Formatted(style, labels, entries, tuple(order), tails.result(), ranks(order))


def format_apart(works: Sequence[Work], style: Style, language: str, cache: Cache) -> Formatted:
    """Labels and entries of works that do not stand together, each as if it were the only one."""
    prepared = [_prepared(w) for w in works]
    plain, keys = _plain(style), [str(w["id"]) for w in prepared]
    done = cache.result(digest("apart", _version(), plain.text, language, prepared), lambda: _parse(_citeproc(prepared, plain, language), keys, style))
    return Formatted(style, {key: Label(*label) for key, label in done["labels"].items()}, done["entries"], tuple(keys), {}, ranks(keys))


def ranks(order: Sequence[str]) -> dict[str, int]:
    """The place of each key in an order."""
    return {key: n for n, key in enumerate(order)}


def _sorted_as(work: Work) -> str:
    """What a work is sorted by first: the first author's surname, or the title without its article."""
    for role in ("author", "editor", "translator"):
        for person in work.get(role, ()):
            return f"{person.get('non-dropping-particle', '')} {person.get('family') or person.get('literal') or ''}"
    return re.sub(r"^(?:the|an?|les?|la|l’|l')\s+", "", str(work.get("title", "")), flags=re.I)


def printed(work: Work, style: str, language: str, cache: Cache) -> str:
    """One work as a style of any kind prints it, as HTML; `style` is the style's own XML."""

    def make() -> str:
        with tempfile.TemporaryDirectory() as folder:
            csl = Path(folder) / "style.csl"
            csl.write_text(style, encoding="utf-8")
            shown = _run(["-f", "csljson", "-t", "html", "--wrap=none", "--citeproc", "--csl", str(csl), "-M", f"lang={language}"], json.dumps([work]))
        found = re.search(r'<div class="csl-right-inline">(?P<entry>.*?)</div>', shown, re.S) or ENTRY.search(shown)
        assert found is not None, f"citeproc printed no entry: {shown}"
        return safe(found["entry"].strip())

    return str(cache.result(digest("printed", _version(), style, language, work), make))
