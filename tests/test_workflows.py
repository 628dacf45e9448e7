"""The workflows, templates and hooks of GitHub: linted, and every step that can run here run on a clone of the paper."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from test_make import clone, git, origin

__all__ = ["clone", "origin"]  # the fixtures
pytestmark = pytest.mark.xdist_group("clones")  # what one makes, the next finds kept

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# What cannot run here, and why.
ELSEWHERE = {
    ("audit.yml", "Hold the paper against the registries"): "it needs a network; test_audit.py runs it without one, and against a server of this machine",
    ("audit.yml", "Open the pull request"): "it speaks to GitHub",
    ("check.yml", "Every test"): "it is this very run",
    ("release.yml", "Every test"): "it is this very run",
    ("release.yml", "Release it"): "it speaks to GitHub",
    ("dependencies.yml", "Every test"): "it is this very run",
    ("dependencies.yml", "The newest versions allowed"): "it needs a package index; test_make.py runs it without one",
    ("dependencies.yml", "Open the pull request"): "it speaks to GitHub",
}
# What GitHub would put in the place of an expression.
GITHUB = {"steps.audit.outputs.status": "0", "github.base_ref": "main", "steps.pages.outputs.base_url": "https://example.org/paper", "github.token": "none"}


def steps(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """The steps of a workflow, each with its job's name."""
    jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"]
    return [(job, step) for job, held in jobs.items() for step in held["steps"]]


def test_zizmor_finds_nothing() -> None:
    """zizmor, as strict as it can be, finds nothing in the workflows, the hooks or Dependabot's file."""
    zizmor = Path(sys.executable).with_name("zizmor")
    done = subprocess.run([zizmor, "--offline", "--persona=pedantic", "--no-progress", ROOT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout
    assert "WARN" not in done.stderr


def test_actions_are_pinned() -> None:
    """Every action is pinned by the whole commit, with its version beside it, one commit for each action."""
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for line in path.read_text("utf-8").splitlines():
            if "uses:" in line:
                found = re.search(r"uses: ([\w.-]+/[\w.-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+$", line)
                assert found, f"{path.name}: {line}"
                pins.setdefault(found[1], set()).add(found[2])
    assert len(pins) >= 6
    assert {action for action, commits in pins.items() if len(commits) > 1} == set()


def test_what_is_left_out_is_there() -> None:
    """The steps that are not run here are steps of the workflows, and every step that runs a command has a name of its own."""
    named = {(path.name, step.get("name")) for path in WORKFLOWS for _, step in steps(path) if "run" in step}
    assert set(ELSEWHERE) <= named
    assert not [path for path, name in named if not name]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_steps_run(path: Path, clone: Path, tmp_path: Path) -> None:
    """Every step of a workflow that can run here does, in order, on a clone with a change, and leaves what later steps take."""
    page = clone / "docs" / "about.md"
    page.write_text(page.read_text("utf-8") + "\nOne more sentence.\n", "utf-8")
    git(clone, "switch", "-qc", "change")
    git(clone, "commit", "-qam", "change")
    version = re.search(r"^version: (.*)$", (clone / "publication.yml").read_text("utf-8"), re.M)
    assert version
    summary = tmp_path / "summary.md"
    ran = 0
    for _, step in steps(path):
        if "run" not in step or (path.name, step["name"]) in ELSEWHERE:
            continue
        given = {name: re.sub(r"\$\{\{ *(.*?) *\}\}", lambda m: GITHUB[m[1]], str(value)) for name, value in step.get("env", {}).items()}
        environment = {
            **os.environ, "PYTHONPATH": str(clone), "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_REF_NAME": f"v{version[1]}", **given,
        }  # fmt: skip
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{step['name']}: {done.stdout}{done.stderr}"
        ran += 1
    assert ran
    if path.name == "check.yml":
        assert (clone / "site" / "index.html").is_file()
        assert "- `docs/about.md`: 1 line new, 0 gone" in summary.read_text("utf-8")
        assert (clone / "changes.md").read_text("utf-8") == summary.read_text("utf-8")
    if path.name == "release.yml":
        assert {"references.bib", "site.tar.gz"} <= {p.name for p in (clone / "release").iterdir()}
        assert (clone / "notes.md").read_text("utf-8").startswith(f"## {version[1]}")


def test_a_tag_that_is_not_the_version_is_told(clone: Path) -> None:
    """A tag that publication.yml does not have stops the release, with a note on the very file."""
    step = next(s for _, s in steps(ROOT / ".github" / "workflows" / "release.yml") if s.get("name") == "The tag is the paper's own version")
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]], cwd=clone, env={**os.environ, "GITHUB_REF_NAME": "v99.0.0"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=publication.yml,line=1::the tag is 'v99.0.0'")


def test_a_broken_paper_is_told_beside_its_line(clone: Path) -> None:
    """On a broken paper the check's own steps fail, and put each problem beside its line."""
    page = clone / "docs" / "about.md"
    page.write_text(page.read_text("utf-8") + "\nA claim [@nobody2020], the the end.\n", "utf-8")
    line = page.read_text("utf-8").count("\n")
    said = ""
    for _, step in steps(ROOT / ".github" / "workflows" / "check.yml"):
        if step.get("run") in ("make check", "make prose"):
            environment = {**os.environ, "PYTHONPATH": str(clone), "GITHUB_ACTIONS": "true"}
            done = subprocess.run(["bash", "-e", "-c", step["run"]], cwd=clone, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode != 0
            said += done.stdout
    assert f"::error file=docs/about.md,line={line}::cites 'nobody2020', which references.bib does not hold" in said
    assert f"::error file=docs/about.md,line={line}::says 'the the'; write 'the' once" in said


def test_templates() -> None:
    """The three issue forms ask for a place and how one knows; the pull request's checklist names the checks; the words are the paper's own."""
    from whitepaper.checks.references import KINDS, READ_AS

    forms = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml")}
    assert set(forms) == {"config", "error", "evidence", "accessibility"}
    for name, form in forms.items():
        if name == "config":
            continue
        assert {"name", "description", "body"} <= set(form)
        asked = [part for part in form["body"] if part["type"] != "markdown"]
        assert all(part["id"] and part["attributes"]["label"] for part in asked)
        assert len({part["id"] for part in asked}) == len(asked)
        assert any(part.get("validations", {}).get("required") for part in asked)
    scales = {part["id"]: tuple(part["attributes"]["options"]) for part in forms["evidence"]["body"] if part["type"] == "dropdown"}
    assert scales == {"kind": KINDS, "read": READ_AS}
    checklist = (ROOT / ".github" / "pull_request_template.md").read_text("utf-8")
    assert checklist.count("- [ ]") >= 8
    assert all(name in checklist for name in ("make check", "make prose", "data/claims.yml", "data/words.yml", "CHANGELOG.md"))
