"""Fixtures: the tiny paper, cases as data files, built sites and a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parent
TINY = HERE / "site"
expect.set_options(timeout=30_000)  # milliseconds: a machine that is busy with other tests is slow to draw
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


def cases(folder: str) -> list[pytest.ParameterSet]:
    """The case files of a folder, each a parameter named for its file."""
    found = sorted((HERE / "cases" / folder).glob("*.yml"))
    assert found, f"no cases in {folder}"
    return [pytest.param(yaml.safe_load(path.read_text(encoding="utf-8")), id=path.stem) for path in found]


def write(root: Path, files: dict[str, str | None], latin: dict[str, str] | None = None) -> None:
    """Write files under a folder; None removes one."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_bytes(text.encode("utf-8"))
    for name, text in (latin or {}).items():
        (root / name).write_bytes(text.encode("latin-1"))


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the tiny paper that stands by itself, with its style."""
    root = tmp_path / "paper"
    shutil.copytree(TINY, root)
    shutil.copytree(ROOT / "styles", root / "styles")
    config = (root / "mkdocs.yml").read_text(encoding="utf-8")
    theme = (ROOT / "whitepaper" / "theme").as_posix()
    (root / "mkdocs.yml").write_text(config.replace("../../whitepaper/theme", theme).replace("../../styles", "styles"), encoding="utf-8")
    return root


def build(root: Path, site: Path, program: str = "mkdocs", *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Build a paper with the real program, and of the environment's own variables only those that are given."""
    command = [sys.executable, "-m", program, "build", "--site-dir", str(site), "--config-file", str(root / "mkdocs.yml"), *arguments]
    own = {name: value for name, value in os.environ.items() if name not in ("SITE_URL", "WHITEPAPER_DOCUMENTS")}
    environment = {**own, "NO_MKDOCS_2_WARNING": "1", **variables}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=root, check=False)


def built(root: Path, site: Path, **variables: str) -> Path:
    """The folder of a paper that builds, strict."""
    done = build(root, site, "mkdocs", "--strict", **variables)
    assert done.returncode == 0, done.stderr
    return site


@pytest.fixture(scope="session")
def tiny_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny paper, built once."""
    return built(TINY, tmp_path_factory.mktemp("tiny") / "site")


@pytest.fixture(scope="session")
def paper_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The paper itself, built once, strict."""
    return built(ROOT, tmp_path_factory.mktemp("paper") / "site")


def lean(root: Path) -> None:
    """Let a copy of the paper use what builds of this working tree have kept."""
    kept = ROOT / ".cache" / "whitepaper"
    kept.mkdir(parents=True, exist_ok=True)
    (root / ".cache").mkdir()
    (root / ".cache" / "whitepaper").symlink_to(kept)


def paths(site: Path) -> list[str]:
    """The address of every page of a site."""
    return [p.relative_to(site).as_posix().removesuffix("index.html") for p in sorted(site.rglob("*.html"))]


Serve = Callable[..., str]


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """A function that serves a folder on a free port of this machine, with headers if given, and gives its address."""
    servers: list[ThreadingHTTPServer] = []

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    def start(folder: Path, headers: Mapping[str, str] | None = None) -> str:
        class Headed(Quiet):
            def end_headers(self) -> None:
                for header in (headers or {}).items():
                    self.send_header(*header)
                super().end_headers()

        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Headed, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, driving the Chromium in CHROME."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for all tests here."""
    assert os.environ.get("CHROME"), "CHROME names no browser; run these by 'make test'"
    with tempfile.TemporaryDirectory():
        launched = playwright.chromium.launch(executable_path=os.environ["CHROME"], args=FLAGS)
        yield launched
        launched.close()


class Reader:
    """A page, and what its console and network said."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.address = address
        self.faults: list[str] = []
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.faults.append(str(e)))
        self.page.on("request", lambda r: self.faults.append(r.url) if not r.url.startswith((address, "data:", "blob:")) else None)

    def open(self, path: str) -> Page:
        """Open a page of the site."""
        self.page.goto(f"{self.address}/{path}")
        return self.page

    def awake(self, path: str) -> Page:
        """Open a page of the site and move, which wakes Material's script."""
        self.open(path)
        with self.page.expect_response("**/search_index.json"):
            self.page.mouse.move(40, 40)
        return self.page
