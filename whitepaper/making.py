"""The site and its documents, made beside the old ones and put in their place only when whole."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import tempfile
from pathlib import Path

from whitepaper import bibliography, downloads
from whitepaper.cache import Cache
from whitepaper.language import words
from whitepaper.read import Sources, read
from whitepaper.telling import tell

NEW, OLD, SITE, DIST = Path(".site-new"), Path(".site-old"), Path("site"), Path("dist")
CACHE = Path(".cache") / "whitepaper"


def site() -> int:
    """Build the paper, strict, and its documents into `site/`; a build that fails leaves the old one as it was. The exit status."""
    return _put(SITE, _make(NEW, with_pages=True))


def documents() -> int:
    """Make every document into `dist/`; where one cannot be made, `dist/` stays as it was. The exit status."""
    return _put(DIST, _make(NEW, with_pages=False))


def _put(place: Path, failed: int) -> int:
    """Put what was made in its place, if nothing failed. The exit status."""
    if not failed:
        shutil.rmtree(OLD, ignore_errors=True)
        if place.exists():
            place.rename(OLD)
        NEW.rename(place)
    for folder in (NEW, OLD):
        shutil.rmtree(folder, ignore_errors=True)
    return failed


def _make(folder: Path, with_pages: bool) -> int:
    """Make every document into a folder, each at its path on the site, beside the pages if they are wanted. The exit status."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        import typst

        from whitepaper.exports import book, credits
        from whitepaper.exports import documents as exports
    except ImportError as error:
        print(f"the documents need the Python package '{error.name}', which is not there; run 'make .venv/ready' to install it", file=sys.stderr)
        return 1
    cache = Cache(CACHE)
    paper, style, problems = read(Sources(Path(), address=os.environ.get("SITE_URL", "")), cache, ahead=True)
    if paper is None or style is None:
        tell(problems)
        return 1
    record, arrangement = paper.publication, book.layout(Path("mkdocs.yml"))
    drawing = bibliography.drawing(paper, style, words(record.language), cache)
    drawing.settle()
    listed = exports.listed(paper, arrangement)
    with tempfile.TemporaryDirectory() as aside:
        copy = Path(aside) / "copy.zip"
        given = (folder if with_pages else None, listed, Path(aside) / "copy", copy, record.name, credits.epoch(record))
        process = multiprocessing.get_context("spawn").Process(target=_build, args=given)
        process.start()
        try:
            files = exports.made(book.book(drawing, arrangement), listed, cache)
            process.join()
        except typst.TypstError as error:
            if not (problems := exports.problems(error, paper)):
                raise
            tell(problems)
            return 1
        finally:  # whatever fails here, nothing goes on behind it
            process.kill()
            process.join()
        if process.exitcode:
            return 1
        exports.write(files, folder)
        shutil.move(copy, folder / downloads.paths(record)["offline"])
    downloads.tell_sizes(folder, drawing.words)
    cache.prune()
    return 0


def _build(pages: Path | None, listed: list[str], offline: Path, copy: Path, name: str, epoch: int) -> None:
    """In a process of its own: build the pages, which name the documents listed, and the site as it is read from disk, with a copy of it in one file."""
    from whitepaper import plugin
    from whitepaper.exports import archive, policy

    if pages:
        plugin.build(pages, {plugin.MADE: " ".join(listed)})
        policy.write(pages)
    plugin.build(offline, {plugin.MADE: "", "OFFLINE": "true"})
    copy.write_bytes(archive.packed(offline, name, epoch))
