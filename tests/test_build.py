"""Building and serving with the real commands: what is said, what is kept, what lives on."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, build

TYPO = "Cites [@fedr2014efficacy]."


def spoil(root: Path) -> None:
    """Put a citation of an unknown key into a page."""
    path = root / "docs" / "about.md"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{TYPO}\n", encoding="utf-8")


def mend(root: Path) -> None:
    """Take it out again."""
    path = root / "docs" / "about.md"
    path.write_text(path.read_text(encoding="utf-8").replace(f"\n{TYPO}\n", ""), encoding="utf-8")


def test_a_failed_build_touches_nothing(tiny: Path, tmp_path: Path) -> None:
    """Problems are told a line each, counted, with exit status 1, and the site of before is as it was."""
    site = tmp_path / "site"
    assert build(tiny, site).returncode == 0
    before = {p: p.read_bytes() for p in site.rglob("*") if p.is_file()}
    spoil(tiny)
    done = build(tiny, site)
    assert done.returncode == 1
    told = "docs/about.md:11: cites 'fedr2014efficacy', which references.bib does not hold; did you mean 'feder2014efficacy'?"
    assert done.stderr.splitlines()[:2] == [told, "1 problem"]
    assert "Traceback" not in done.stderr
    assert {p: p.read_bytes() for p in site.rglob("*") if p.is_file()} == before


def test_make_site_swaps_on_success(tiny: Path) -> None:
    """`make site` builds beside `site/` and takes its place only when whole."""
    command = [sys.executable, "-m", "whitepaper", "site"]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    assert subprocess.run(command, cwd=tiny, env=environment, capture_output=True, check=False).returncode == 0
    first = (tiny / "site" / "index.html").read_bytes()
    spoil(tiny)
    assert subprocess.run(command, cwd=tiny, env=environment, capture_output=True, check=False).returncode == 1
    assert (tiny / "site" / "index.html").read_bytes() == first
    mend(tiny)
    page = tiny / "docs" / "about.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nA new sentence.\n", encoding="utf-8")
    assert subprocess.run(command, cwd=tiny, env=environment, capture_output=True, check=False).returncode == 0
    assert "A new sentence." in (tiny / "site" / "about" / "index.html").read_text(encoding="utf-8")
    assert not [p.name for p in tiny.iterdir() if p.name.startswith(".site")]


def test_no_bibtex_plugin(tiny: Path, tmp_path: Path) -> None:
    """Without `bibtex` under plugins the build says what to add."""
    config = tiny / "mkdocs.yml"
    config.write_text(re.sub(r"  - bibtex:\n(?:      .*\n)+", "", config.read_text(encoding="utf-8")), encoding="utf-8")
    done = build(tiny, tmp_path / "site")
    assert done.returncode == 1
    assert "mkdocs.yml:1: names no plugin 'bibtex'; add it under plugins, with bib_file and csl_file" in done.stderr


class Server:
    """`mkdocs serve` on a paper, its output in a file."""

    def __init__(self, root: Path, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = log
        command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{self.port}"]
        with log.open("w", encoding="utf-8") as out:
            self.process = subprocess.Popen(command, cwd=root, stdout=out, stderr=out, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})

    def said(self, text: str, count: int = 1) -> None:
        """Wait until the server has said a text so many times."""
        deadline = time.monotonic() + 60
        while self.log.read_text(encoding="utf-8").count(text) < count:
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, f"never said {text!r}:\n{self.log.read_text(encoding='utf-8')}"
            time.sleep(0.1)

    def shows(self, path: str, text: str) -> None:
        """Wait until a page shows a text."""
        deadline, shown = time.monotonic() + 60, ""
        while text not in shown:
            assert time.monotonic() < deadline, f"{path} never showed {text!r}"
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=5) as page:
                shown = page.read().decode()
            time.sleep(0.1)


@pytest.fixture
def serving() -> Iterator[list[Server]]:
    """Servers to start and stop."""
    servers: list[Server] = []
    yield servers
    for server in servers:
        server.process.terminate()
        server.process.wait(20)


def test_serving_lives_through_faults(tiny: Path, tmp_path: Path, serving: list[Server]) -> None:
    """A fault shows in the terminal, the server lives on, mending brings the page back; the bib and the record rebuild too."""
    server = Server(tiny, tmp_path / "log")
    serving.append(server)
    server.shows("about/", "Beside the order")
    spoil(tiny)
    server.said("did you mean 'feder2014efficacy'?")
    assert server.process.poll() is None
    mend(tiny)
    page = tiny / "docs" / "about.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nMended.\n", encoding="utf-8")
    server.shows("about/", "Mended.")
    bib = tiny / "references.bib"
    bib.write_text(bib.read_text(encoding="utf-8").replace("Efficacy of intravenous ketamine", "Efficacy of something else"), encoding="utf-8")
    server.shows("references/", "Efficacy of something else")
    record = tiny / "publication.yml"
    record.write_text(record.read_text(encoding="utf-8").replace("The Tiny Paper", "The Renamed Paper"), encoding="utf-8")
    server.shows("about/", "The Renamed Paper")


def test_serving_a_broken_paper_waits(tiny: Path, tmp_path: Path, serving: list[Server]) -> None:
    """On a paper that is already broken the server prints the problems and waits; mended, it serves."""
    spoil(tiny)
    server = Server(tiny, tmp_path / "log")
    serving.append(server)
    server.said("1 problem")
    time.sleep(1)
    assert server.process.poll() is None
    mend(tiny)
    server.shows("about/", "Beside the order")


def chromium(path: str, chrome: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run scripts/chromium with a PATH of its own."""
    environment = {"PATH": path} | ({"CHROME": chrome} if chrome else {})
    return subprocess.run([str(ROOT / "scripts" / "chromium")], env=environment, capture_output=True, text=True, check=False)


def test_the_browser_is_found_or_named(tmp_path: Path) -> None:
    """scripts/chromium gives the browser in CHROME or on PATH, and says in one line what to do where there is none."""
    for tool in ("sh", "id"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "/bin/sh")
    fake = tmp_path / "my-chrome"
    fake.write_text("#!/bin/sh\n", encoding="utf-8")
    fake.chmod(0o755)
    assert chromium(str(tmp_path), str(fake)).stdout.strip() == str(fake)
    wrong = chromium(str(tmp_path), "/nowhere/chrome")
    assert wrong.returncode == 1
    assert wrong.stderr == "CHROME is '/nowhere/chrome', which is no program; set it to a Chromium's path, or unset it\n"
    (tmp_path / "chromium").symlink_to(fake)
    assert chromium(str(tmp_path)).stdout.strip() == str(tmp_path / "chromium")
    (tmp_path / "chromium").unlink()
    (tmp_path / "id").unlink()
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n", encoding="utf-8")
    (tmp_path / "id").chmod(0o755)
    none = chromium(str(tmp_path))
    assert none.returncode == 1
    assert none.stderr.count("\n") == 1
    assert "sudo apt-get install chromium" in none.stderr


def script(name: str, path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script that finds a tool, with a PATH of its own."""
    return subprocess.run([str(ROOT / "scripts" / name)], env={"PATH": str(path), **variables}, capture_output=True, text=True, check=False)


@pytest.mark.xdist_group("publication")  # both install into one folder
def test_the_validators_are_found_or_named(tmp_path: Path) -> None:
    """scripts/vnu and scripts/cffconvert give what their variable names, and say in one line what to do where a thing is missing."""
    for tool in ("sh", "dirname", "id"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "/bin/sh")
    for name, variable in (("vnu", "VNU"), ("cffconvert", "CFFCONVERT")):
        (tmp_path / "java").unlink(missing_ok=True)
        (tmp_path / "java").symlink_to("/bin/sh")
        own = tmp_path / "own"
        own.write_text("#!/bin/sh\n", encoding="utf-8")
        own.chmod(0o755)
        assert script(name, tmp_path, **{variable: str(own)}).stdout.strip() == str(own)
        wrong = script(name, tmp_path, **{variable: "/nowhere/tool"})
        assert wrong.returncode == 1
        assert wrong.stderr.startswith(f"{variable} is '/nowhere/tool', which is no ")
        assert wrong.stderr.count("\n") == 1
    (tmp_path / "java").unlink()
    (tmp_path / "id").unlink()
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n", encoding="utf-8")
    (tmp_path / "id").chmod(0o755)
    none = script("vnu", tmp_path)
    assert none.returncode == 1
    assert none.stderr.count("\n") == 1
    assert "sudo apt-get install default-jre-headless" in none.stderr


def test_java_is_found_or_named(tmp_path: Path) -> None:
    """scripts/java gives the Java of JAVA_HOME or on PATH, and says in one line what to do where there is none."""
    (tmp_path / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n", encoding="utf-8")
    (tmp_path / "id").chmod(0o755)
    none = script("java", tmp_path)
    assert none.returncode == 1
    assert none.stderr.count("\n") == 1
    assert "sudo apt-get install default-jre-headless" in none.stderr
    fake = tmp_path / "home" / "bin" / "java"
    fake.parent.mkdir(parents=True)
    fake.write_text("#!/bin/sh\n", encoding="utf-8")
    fake.chmod(0o755)
    assert script("java", tmp_path, JAVA_HOME=str(tmp_path / "home")).stdout.strip() == str(fake)
    (tmp_path / "java").symlink_to(fake)
    assert script("java", tmp_path).stdout.strip() == str(tmp_path / "java")
