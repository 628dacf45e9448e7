"""MkDocs and mkdocs-bibtex meet the paper here, and nowhere else."""

from __future__ import annotations

import math
import os
import posixpath
import time
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast

from jinja2 import Environment
from markupsafe import Markup
from mkdocs.__main__ import cli
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException, PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Link, Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from mkdocs.utils.templates import TemplateContext
from mkdocs_bibtex.citation import CitationBlock, InlineReference
from mkdocs_bibtex.plugin import BibTexPlugin
from mkdocs_bibtex.registry import ReferenceRegistry

from whitepaper import bibliography, citing, exports, finding, glossary_pages, metadata, pages, running
from whitepaper.cache import Cache
from whitepaper.language import words
from whitepaper.model import Step
from whitepaper.read import Sources, read
from whitepaper.telling import tell

MADE = "WHITEPAPER_DOCUMENTS"  # names the documents that will stand beside the pages, which then link to them
SHIM = "assets/iframe-worker.js"


class PaperRegistry(ReferenceRegistry):  # type: ignore[misc]  # mkdocs-bibtex has no types
    """mkdocs-bibtex's registry, for a paper whose citations are drawn: what it still finds is code, and stays as it is."""

    def __init__(self) -> None:
        self.footnote_format = "{key}"

    def validate_citation_blocks(self, citation_blocks: list[CitationBlock]) -> None:
        """Nothing is left to validate."""

    def validate_inline_references(self, inline_references: list[InlineReference]) -> set[InlineReference]:
        """No inline reference is left."""
        return set()

    def inline_text(self, citation_block: CitationBlock) -> str:
        """The block as written."""
        return str(citation_block)

    def reference_text(self, citation: object) -> str:
        """No footnotes: the References page holds every entry."""
        return ""


class Options(Config):  # type: ignore[no-untyped-call]  # MkDocs' own base
    """No options: the paper's own files say all."""


class WhitepaperPlugin(BasePlugin[Options]):  # type: ignore[no-untyped-call]  # MkDocs' own base
    """Reads and checks the whole paper first, then draws its pages."""

    drawing: bibliography.Drawing
    urls: Mapping[str, str]
    kept: Cache
    serving = offline = False

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Remember whether the paper is being served; MkDocs keeps the plugin between builds."""
        self.serving = command == "serve"

    @event_priority(100)
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read, check and format the paper; take mkdocs-bibtex's place at drawing; set the navigation."""
        sources, kept = _sources(config), Cache(Path(config.config_file_path).parent / ".cache" / "whitepaper")
        config.watch = [*config.watch, *(str(p) for p in _watched(sources))]
        paper, style, problems = read(sources, kept, ahead=True)
        while problems and self.serving and not hasattr(self, "drawing"):
            tell(problems)
            _wait(sources)
            paper, style, problems = read(sources, kept, ahead=True)
        if paper is None or style is None:
            tell(problems)
            raise PluginError("the paper was not built")
        made = frozenset(os.environ.get(MADE, "").split())
        self.drawing = bibliography.drawing(paper, style, words(paper.publication.language), kept, made)
        self.kept = kept
        _place(config, paper.publication.address, self.serving)
        config.nav = [step.path.removeprefix("docs/") for step in paper.order] + list(config.nav or [])
        config.site_name = Markup.escape(paper.publication.title)  # templates print it as it is
        _quiet(config.plugins["bibtex"])
        self.offline = _offline(config)
        return config

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """The navigation; every page is of the paper's date, not of the clock's."""
        for file in files.documentation_pages():
            if file.page is not None:
                file.page.update_date = self.drawing.paper.publication.date
        return nav

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """The site's files, with what others can take away, and where its pages will be."""
        if self.offline:
            files.append(File.generated(config, SHIM, content=(resources.files(__package__) / "offline" / "iframe-worker.js").read_text("utf-8")))
        self.urls = {"docs/" + f.src_uri: f.url for f in files if f.is_documentation_page()}
        for name, content in exports.files(self.drawing.paper, self.drawing.words, self.urls, self.kept).items():
            files.append(File.generated(config, name, content=content))
        return files

    @event_priority(100)
    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """The page's text with citations and links drawn."""
        return pages.draw(_path(page), self.drawing)

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """The page with its terms and earlier anchors."""
        html = pages.with_earlier_anchors(html, self.drawing.paper.sections[_path(page)])
        return glossary_pages.with_terms(html, _path(page), self.drawing, self.address(page))

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        """Between rendering and templates: every page with its citations and data, whose anchors MkDocs is told; and what templates show everywhere."""
        for page in (file.page for file in files.documentation_pages() if file.page is not None):
            html = pages.with_citations(page.content or "", _path(page), self.drawing, self.address(page))
            page.content = pages.with_data(html, _path(page), self.drawing, self.address(page))
            page.present_anchor_ids = (page.present_anchor_ids or set()) | pages.identities(page.content)
        env.globals["furniture"] = running.furniture(self.drawing, self.urls)
        return env

    @event_priority(-100)
    def on_page_context(self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation) -> TemplateContext:
        """After the search has read the page: its sources and the meanings of its terms, and Previous and Next as the page itself names them."""
        path = _path(page)
        content = page.content or ""
        content = pages.with_list(content, path, self.drawing, self.address(page))
        content = glossary_pages.with_meanings(content, self.drawing, self.address(page))
        page.content = running.dressed(content, path, self.drawing, self.address(page))
        step = self.drawing.steps.get(path, Step("", None, None))
        page.previous_page, page.next_page = (  # type: ignore[assignment]  # the templates read only title and url
            Link(label[1], self.urls[label[0]]) if label else None for label in (step.prev, step.next)
        )
        paper, said, address = self.drawing.paper, self.drawing.words, self.address(page)
        head = metadata.head(path, paper, said, address, page.url, self.drawing.documents)
        cite = citing.box(paper, self.drawing.cited, said, path, address) + metadata.structured(path, paper)
        cast(dict[str, Any], context).update(words=said, metadata=head, cite=cite)
        return context

    def on_template_context(self, context: TemplateContext, *, template_name: str, config: MkDocsConfig) -> TemplateContext:
        """For the page of an address that is none: words, and ways on."""
        ways = [Link(title, self.urls[path]) for path, title in pages.ways(self.drawing.paper)]
        cast(dict[str, Any], context).update(words=self.drawing.words, ways=ways)
        return context

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """The page as it is served."""
        return pages.finished(output, self.offline)

    def on_post_template(self, output_content: str, *, template_name: str, config: MkDocsConfig) -> str:
        """The page of an address that is none, as it is served."""
        return pages.finished(output_content, self.offline) if template_name.endswith(".html") else output_content

    @event_priority(-50)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Each reference by itself; after the search has written its index, what data adds to it; and no more kept than is of use."""
        exports.write(Path(config.site_dir), exports.works.singles(self.drawing.paper))
        found, tags = finding.entries(self.drawing, self.urls), finding.tags(self.drawing, self.urls)
        finding.write(Path(config.site_dir) / "search", found, tags, whole=self.offline)
        self.kept.prune()

    def address(self, page: Page) -> Callable[[str], str]:
        """What gives the address of a page or data file, relative to a page."""
        return cache(lambda path: get_relative_url(self.urls.get(path, path), page.url))


def build(folder: Path, variables: Mapping[str, str]) -> None:
    """Build the paper of the working directory into a folder, strict, as MkDocs' own command does, with these variables in its environment.

    Raises:
        SystemExit: it cannot be built; why has been told.
    """
    os.environ.update(variables)
    try:
        cli(["build", "--strict", "--site-dir", str(folder.resolve())], standalone_mode=False)
    except MkDocsException as error:
        error.show()
        raise SystemExit(1) from error


def _place(config: MkDocsConfig, address: str, serving: bool) -> None:
    """Tell MkDocs the paper's address; a server knows its own."""
    if not serving:
        config.site_url = address or None


def _path(page: Page) -> str:
    """A page's path within the project."""
    return "docs/" + page.file.src_uri


def _quiet(bibtex: Any) -> None:
    """Leave mkdocs-bibtex its place in the build and nothing to draw: its registry is ours, its commands are taken."""
    bibtex.registry, bibtex.last_configured = PaperRegistry(), math.inf
    bibtex.config.bib_by_default = False
    bibtex.config.bib_command = bibtex.config.full_bib_command = "\0"


def _offline(config: MkDocsConfig) -> bool:
    """Whether the copy that is read from disk is being built; then our own copy of the script that its search needs takes the place of a far one."""
    plugin = config.plugins.get("material/offline")
    chosen = plugin is not None and bool(plugin.config["enabled"])
    if chosen:
        config.extra["polyfills"] = [SHIM]
    return chosen


def _sources(config: MkDocsConfig) -> Sources:
    """Where the paper's texts are, from mkdocs.yml and the options of `bibtex`."""
    root = Path(config.config_file_path).parent
    bibtex = config.plugins.get("bibtex")
    if not isinstance(bibtex, BibTexPlugin):
        raise PluginError("mkdocs.yml:1: names no plugin 'bibtex'; add it under plugins, with bib_file and csl_file")
    options = bibtex.config
    folder = [p.relative_to(root).as_posix() for p in sorted((root / options.bib_dir).rglob("*.bib"))] if options.bib_dir else []
    files = [posixpath.normpath(options.bib_file)] if options.bib_file else folder
    style = posixpath.normpath(options.csl_file or "styles/apa.csl")
    commands, address = (options.bib_command, options.full_bib_command), os.environ.get("SITE_URL", "")
    return Sources(root, tuple(files) or ("references.bib",), style, commands=commands, address=address)


def _watched(sources: Sources) -> list[Path]:
    """What a change of should rebuild the site, besides the pages."""
    names = (*sources.bibliographies, sources.style, sources.publication, sources.changelog, "data")
    return [sources.root / n for n in names if (sources.root / n).exists()]


def _state(sources: Sources) -> list[tuple[str, int]]:
    files = [p for p in (sources.root / "docs").rglob("*") if p.is_file()]
    return sorted((str(p), p.stat().st_mtime_ns) for p in [*files, *_watched(sources)] if p.exists())


def _wait(sources: Sources) -> None:
    """Return when a text of the paper has changed."""
    before = _state(sources)
    while _state(sources) == before:
        time.sleep(0.3)
