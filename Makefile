# make serve: build and serve the paper. make test: every test. The rest is in README.md.
PYTHON ?= python3
BIN := .venv/bin
export NO_MKDOCS_2_WARNING := 1

.PHONY: serve site documents check prose fix section reference audit changes test test-text lint citation bench lighthouse lock upgrade hooks clean

serve: .venv/ready
	$(BIN)/mkdocs serve --dev-addr 127.0.0.1:8000

site: .venv/ready
	$(BIN)/python -m whitepaper site

documents: .venv/ready
	$(BIN)/python -m whitepaper documents

# Structure, citations, data and terms, without building.
check: .venv/ready
	@$(BIN)/python -m whitepaper check

# Spelling, sentences and readability.
prose: .venv/ready
	@$(BIN)/python -m whitepaper prose

# Mends the chain's links, the order of references.bib and data/spelling.txt, and gives each sentence its line.
fix: .venv/ready
	@$(BIN)/python -m whitepaper fix

# make section NAME=8-monitoring TITLE="8. Monitoring" AFTER=7-way-forward
section: .venv/ready
	@$(BIN)/python -m whitepaper section

# make reference DOI=10.1038/npp.2016.186 [KIND=trial] [READAS=abstract]
reference: .venv/ready
	@$(BIN)/python -m whitepaper reference

# Records, notices, addresses and review dates; needs a network: make audit [DATE=2026-11-21]
audit: .venv/ready
	@$(BIN)/python -m whitepaper audit

# What changed for readers since a commit: make changes BASE=origin/main
changes: .venv/ready
	@$(BIN)/python -m whitepaper changes

# The same checks before every commit.
hooks: .venv/ready
	$(BIN)/pre-commit install

test: .venv/ready
	@chrome="$$(scripts/chromium)" && java="$$(scripts/java)" && $(MAKE) --no-print-directory lint && export CHROME="$$chrome" JAVA="$$java" && $(BIN)/pytest -n 3 --dist loadgroup -m "not alone" && $(BIN)/pytest -m alone

test-text: .venv/ready lint
	$(BIN)/pytest -n 2 -m "not browser and not tools and not alone"

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Rewrites CITATION.cff and .zenodo.json from publication.yml.
citation: .venv/ready
	$(BIN)/python -m whitepaper citation

bench: .venv/ready
	$(BIN)/python tests/bench.py

# Lighthouse's scores of the built site, served compressed: make lighthouse [RUNS=5]
lighthouse: site
	@chrome="$$(scripts/chromium)" && program="$$(scripts/lighthouse)" && CHROME="$$chrome" $(BIN)/python tests/lighthouse.py "$$program"

# Rewrites the lock from pyproject.toml; upgrade takes the newest versions that it allows.
lock:
	$(LOCK)

upgrade:
	$(LOCK) --upgrade

LOCK = $(or $(wildcard $(BIN)/uv),uv) pip compile --quiet --universal --python-version 3.11.5 --generate-hashes --no-header --no-annotate --extra test pyproject.toml -o requirements.lock

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' || { echo "this needs Python 3.11.5 or newer; set PYTHON to one, as in: make PYTHON=python3.12 serve" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf .venv .cache site dist .site-new .site-old
