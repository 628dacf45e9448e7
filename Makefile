# make serve: build and serve the paper. make test: every test. The rest is in README.md.
PYTHON ?= python3
BIN := .venv/bin
export NO_MKDOCS_2_WARNING := 1

.PHONY: serve site test test-text lint prose citation bench lock clean

serve: .venv/ready
	$(BIN)/mkdocs serve --dev-addr 127.0.0.1:8000

site: .venv/ready
	$(BIN)/python -m whitepaper site

test: .venv/ready
	@chrome="$$(scripts/chromium)" && $(MAKE) --no-print-directory lint && CHROME="$$chrome" $(BIN)/pytest

test-text: .venv/ready lint
	$(BIN)/pytest -m "not browser and not tools"

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

prose: .venv/ready
	$(BIN)/python -m whitepaper prose

# Rewrites CITATION.cff and .zenodo.json from publication.yml.
citation: .venv/ready
	$(BIN)/python -m whitepaper citation

bench: .venv/ready
	$(BIN)/python tests/bench.py

# Rewrites the lock from pyproject.toml; needs uv.
lock:
	uv pip compile --quiet --universal --python-version 3.11.5 --generate-hashes --no-header --no-annotate --extra test pyproject.toml -o requirements.lock

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' || { echo "this needs Python 3.11.5 or newer; set PYTHON to one, as in: make PYTHON=python3.12 serve" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:
	rm -rf .venv .cache site .site-new
