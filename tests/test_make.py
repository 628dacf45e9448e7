"""Every make target on a copy of the paper itself, and a newcomer who clones, adds, breaks and mends."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, lean
from test_reference import ARTICLE, Registry, holds, registry

__all__ = ["registry"]  # the fixture
pytestmark = pytest.mark.xdist_group("clones")  # what one makes, the next finds kept

ELSEWHERE = {"test", "bench", "lighthouse", "audit"}  # the whole of CI, measures, and what has tests of its own
OURS = {"serve", "site", "check", "prose", "fix", "section", "reference", "changes", "citation", "test-text", "lint", "lock", "upgrade", "hooks", "clean"}


def texts() -> list[str]:
    """The files that a clone of this working tree would have."""
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def git(root: Path, *arguments: str) -> str:
    """Run git in a folder, with an identity of its own."""
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.rstrip()


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that holds this working tree."""
    root = tmp_path_factory.mktemp("origin")
    for name in texts():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, root / name)
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "the paper")
    return root


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Path:
    """A clone of it that leans on this working tree's environment, where `make` would set one up, and on what builds and lints have kept."""
    root = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(origin), str(root))
    (root / ".venv").symlink_to(ROOT / ".venv")
    lean(root)
    if (ROOT / ".mypy_cache").exists():
        shutil.copytree(ROOT / ".mypy_cache", root / ".mypy_cache")
    before = (ROOT / ".venv" / "ready").stat().st_mtime - 60
    for name in ("requirements.lock", "pyproject.toml"):
        os.utime(root / name, (before, before))
    git(root, "config", "user.name", "A")
    git(root, "config", "user.email", "a@example.org")
    return root


def make(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make in a folder, its program the folder's own."""
    inherited = {k: v for k, v in os.environ.items() if k not in ("GITHUB_ACTIONS", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    given = {**inherited, "PYTHONPATH": str(root), **environment}
    return subprocess.run(["make", "--no-print-directory", *arguments], cwd=root, env=given, capture_output=True, text=True, check=False)


def good(done: subprocess.CompletedProcess[str]) -> str:
    """What a command that succeeds says."""
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def changed(root: Path) -> set[str]:
    """The files of a clone that are not as they were committed."""
    return {line[3:] for line in git(root, "status", "--porcelain", "--untracked-files=all").splitlines()}


def test_every_target_is_told_of_and_tested() -> None:
    """Every target of the Makefile has its line in README.md, and a test."""
    makefile, readme = ((ROOT / name).read_text("utf-8") for name in ("Makefile", "README.md"))
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.M)
    assert phony
    targets = set(phony[1].split())
    assert {t for t in targets if f"`make {t}`" not in readme and f"make {t} " not in readme} == set()
    assert targets >= OURS


def test_test_text(clone: Path) -> None:
    """`make test-text` lints, then runs the tests that need no browser (here one of them, so that tests do not run themselves)."""
    said = good(make(clone, "test-text", PYTEST_ADDOPTS="-k test_running_text"))
    assert "All checks passed" in said
    assert "[100%]" in said


@pytest.mark.parametrize("target", ["check", "prose", "fix", "citation", "lint"])
def test_content_with_the_paper(target: str, clone: Path) -> None:
    """On the paper as it stands the target is content, and no file changes."""
    good(make(clone, target))
    assert changed(clone) <= {".venv"}


def test_site(clone: Path) -> None:
    """`make site` builds the whole site, strict; `make clean` takes it away, and what was set up."""
    good(make(clone, "site"))
    assert (clone / "site" / "sections" / "2-neuroscience" / "index.html").is_file()
    assert changed(clone) <= {".venv"}
    good(make(clone, "clean"))
    assert not (clone / "site").exists()
    assert not (clone / ".venv").exists()
    assert (ROOT / ".venv" / "ready").exists()


@pytest.fixture
def serving(clone: Path) -> Iterator[str]:
    """`make serve` on the clone, at a free port."""
    makefile = (clone / "Makefile").read_text("utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    (clone / "Makefile").write_text(makefile.replace("127.0.0.1:8000", address), "utf-8")
    process = subprocess.Popen(["make", "serve"], cwd=clone, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    yield f"http://{address}/"
    os.killpg(process.pid, 15)
    process.wait(20)


def test_serve(serving: str) -> None:
    """`make serve` shows the paper."""
    deadline, page = time.monotonic() + 90, ""
    while "policy white paper" not in page:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        with contextlib.suppress(OSError), urllib.request.urlopen(serving, timeout=5) as answer:
            page = answer.read().decode()


def test_lock(clone: Path) -> None:
    """`make lock` finds the lock as pyproject.toml wants it; without a package index it says so, and leaves the lock as it was."""
    lock = clone / "requirements.lock"
    before = lock.read_bytes()
    make(clone, "lock")
    assert lock.read_bytes() == before
    for target in ("lock", "upgrade"):
        offline = make(clone, target, UV_OFFLINE="1", UV_NO_CACHE="1", UV_FIND_LINKS="", UV_INDEX_URL="http://127.0.0.1:9/simple", UV_EXTRA_INDEX_URL="")
        assert offline.returncode != 0
        assert offline.stderr
        assert lock.read_bytes() == before


def test_hooks(clone: Path) -> None:
    """`make hooks` has git run the same checks: a commit of a broken paper is refused, and what `fix` mends is mended first."""
    good(make(clone, "hooks"))
    page = clone / "docs" / "about.md"
    text = page.read_text("utf-8")
    page.write_text(text + "\nA claim [@nobody2020]. And another sentence.\n", "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(clone), "PRE_COMMIT_HOME": str(clone.parent / "pre-commit")}
    command = ["git", "commit", "-qam", "break it"]
    done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "cites 'nobody2020', which references.bib does not hold" in done.stderr + done.stdout
    assert page.read_text("utf-8").endswith("\nA claim [@nobody2020].\nAnd another sentence.\n")
    page.write_text(text + "\nA sentence without fault.\n", "utf-8")
    done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


CLAIM = """
- number: C8.1
  section: 8-monitoring
  statement: A new work found what it found.
  certainty: very low
  about: people
  reason: One small study, read as an abstract (imprecision).
  supports: [angstromdoe2024ketamine]
  change: A larger study.
  asof: 2026-11-21
"""


def test_a_newcomer(clone: Path, registry: Registry) -> None:
    """A newcomer adds a section, a reference and a claim, breaks and mends each, and ends with a green build."""
    registry.answers["/works/10.5555/example.2024.7"] = holds(ARTICLE)
    addresses = {"CROSSREF_API": registry.address, "DATACITE_API": registry.address}
    claims, page, following = (clone / n for n in ("data/claims.yml", "docs/sections/8-monitoring.md", "docs/sections/conclusion.md"))

    def told(message: str) -> None:
        """The check says this and no more."""
        done = make(clone, "check")
        assert done.returncode != 0
        lines = [line for line in done.stderr.splitlines() if not line.startswith("make:")]
        assert len(lines) == 2, done.stderr
        assert message in lines[0]
        assert lines[1] == "1 problem"

    good(make(clone, "section", "NAME=8-monitoring", "TITLE=8. Monitoring: Who Watches", "AFTER=7-way-forward"))
    good(make(clone, "check"))
    whole = following.read_text("utf-8")
    following.write_text(whole.replace("link: '/sections/8-monitoring'", "link: '/sections/7-way-forward'"), "utf-8")
    told("prev is '/sections/7-way-forward', which is also the prev of docs/sections/8-monitoring.md")
    good(make(clone, "fix"))
    assert following.read_text("utf-8") == whole

    good(make(clone, "reference", "DOI=10.5555/example.2024.7", "KIND=other", "READAS=abstract", **addresses))
    told("'angstromdoe2024ketamine' is cited nowhere; cite it or remove it")
    page.write_text(page.read_text("utf-8") + "\nA new work found what it found [@angstromdoe2024ketamin].\n", "utf-8")
    done = make(clone, "check")
    assert "cites 'angstromdoe2024ketamin', which references.bib does not hold; did you mean 'angstromdoe2024ketamine'?" in done.stderr
    page.write_text(page.read_text("utf-8").replace("ketamin]", "ketamine]"), "utf-8")
    good(make(clone, "check"))
    again = make(clone, "reference", "DOI=10.5555/EXAMPLE.2024.7", **addresses)
    assert again.returncode != 0
    assert "cite it as [@angstromdoe2024ketamine]" in again.stderr

    claims.write_text(claims.read_text("utf-8") + CLAIM.replace("very low", "lowish"), "utf-8")
    told("certainty is 'lowish'; use one of high, moderate, low, very low, documented, judgement")
    claims.write_text(claims.read_text("utf-8").replace("lowish", "very low"), "utf-8")
    good(make(clone, "check"))
    page.write_text(page.read_text("utf-8") + "\nIt healthcare randomised the the people.\n", "utf-8")
    told("says 'healthcare'; write 'health care' (two words, as the Canada Health Act writes it)")
    prose = make(clone, "prose")
    assert "'randomised' is not in the dictionary; write 'randomized'" in prose.stderr
    assert "says 'the the'; write 'the' once" in prose.stderr
    page.write_text(page.read_text("utf-8").replace("\nIt healthcare randomised the the people.\n", ""), "utf-8")

    summary = good(make(clone, "changes", "BASE=HEAD"))
    assert "**Added** `docs/sections/8-monitoring.md`, 8. Monitoring: Who Watches" in summary
    assert "**Added** C8.1 (very low): A new work found what it found." in summary
    assert "**Added** `angstromdoe2024ketamine`" in summary
    for target in ("check", "prose", "fix", "site"):
        good(make(clone, target))
    built = (clone / "site" / "sections" / "8-monitoring" / "index.html").read_text("utf-8")
    assert "Ångström-Doe et al., 2024" in built
    assert 'id="ref-angstromdoe2024ketamine"' in (clone / "site" / "references" / "index.html").read_text("utf-8")
    assert changed(clone) - {".venv"} == {
        "data/claims.yml", "docs/sections/7-way-forward.md", "docs/sections/8-monitoring.md", "docs/sections/conclusion.md", "references.bib",
    }  # fmt: skip
