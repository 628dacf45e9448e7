"""The site and its documents, made beside the old ones and put in their place only when whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from whitepaper import bibliography
from whitepaper.cache import Cache
from whitepaper.exports import policy
from whitepaper.language import words
from whitepaper.read import Sources, read
from whitepaper.telling import tell

NEW, OLD, SITE, MADE, DIST = Path(".site-new"), Path(".site-old"), Path("site"), Path(".site-documents"), Path("dist")
CACHE = Path(".cache") / "whitepaper"


def site() -> int:
    """Build the paper, strict, and its documents into `site/`; a build that fails leaves the old one as it was. The exit status."""
    done = _make(MADE) or _build(NEW, {"WHITEPAPER_DOCUMENTS": str(MADE.resolve())})
    if not done:
        policy.write(NEW)
        shutil.copytree(MADE, NEW, dirs_exist_ok=True)
        shutil.rmtree(OLD, ignore_errors=True)
        if SITE.exists():
            SITE.rename(OLD)
        NEW.rename(SITE)
    for folder in (NEW, OLD, MADE):
        shutil.rmtree(folder, ignore_errors=True)
    return done


def documents() -> int:
    """Make every document into `dist/`; where one cannot be made, `dist/` stays as it was. The exit status."""
    done = _make(MADE)
    if not done:
        shutil.rmtree(DIST, ignore_errors=True)
        MADE.rename(DIST)
    shutil.rmtree(MADE, ignore_errors=True)
    return done


def _build(folder: Path, environment: dict[str, str]) -> int:
    """Build the pages into a folder. The exit status."""
    with _building(folder, environment) as process:
        return int(bool(process.wait()))


def _building(folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Set about building the pages into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder.resolve())]
    return subprocess.Popen(command, env={**os.environ, **environment})


def _make(folder: Path) -> int:
    """Make every document into a folder, each at its path on the site. The exit status."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        import typst

        from whitepaper.downloads import paths
        from whitepaper.exports import archive, book, credits
        from whitepaper.exports import documents as exports
    except ImportError as error:
        print(f"the documents need the Python package '{error.name}', which is not there; run 'make .venv/ready' to install it", file=sys.stderr)
        return 1
    cache = Cache(CACHE)
    paper, style, problems = read(Sources(Path(), address=os.environ.get("SITE_URL", "")), cache, ahead=True)
    if paper is None or style is None:
        tell(problems)
        return 1
    drawing = bibliography.drawing(paper, style, words(paper.publication.language), cache)
    drawing.settle()
    with tempfile.TemporaryDirectory() as copy, _building(Path(copy) / "site", {"OFFLINE": "true"}) as process:
        found = book.book(drawing, book.layout(Path("mkdocs.yml")))
        try:
            files = exports.made(found, cache)
        except typst.TypstError as error:
            process.kill()
            if not (problems := exports.problems(error, paper)):
                raise
            tell(problems)
            return 1
        if process.wait():
            return 1
        files[paths(paper.publication)["offline"]] = archive.packed(Path(copy) / "site", paper.publication.name, credits.epoch(found))
    exports.write(files, folder)
    cache.prune()
    return 0
