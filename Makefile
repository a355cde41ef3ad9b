# On a fresh machine every target sets itself up: a virtual environment from the
# hash-pinned lock, then the project itself, built by the pinned build backend.
.DELETE_ON_ERROR:
.PHONY: demo test simulation mutation lint lock browser

BIN := .venv/bin
SOURCES := cli app web webhooks sync connectors rules planning pool model sandbox tests benchmarks

demo: .venv/installed
	$(BIN)/reqpool demo

test: .venv/installed browser
	$(BIN)/pytest --numprocesses 2 --dist worksteal

# The long simulation. KILLS=0 kills in every durable state of the scenarios.
SEEDS ?= 300
STEPS ?= 300
KILLS ?= 0
simulation: .venv/installed
	SIMULATION_SEEDS=$(SEEDS) SIMULATION_STEPS=$(STEPS) SIMULATION_KILLS=$(KILLS) \
	    $(BIN)/pytest tests/simulation tests/sync/test_plan.py \
	    --numprocesses 2 --dist load --hypothesis-profile long

# Whether the tests notice changes of rules/ and sync/; goes on where it was cut off.
ROOMS ?= rules sync
SAMPLE ?= 300
mutation: .venv/installed
	if command -v uv >/dev/null; then \
	    uv pip install --quiet --python $(BIN)/python --group mutation; \
	else \
	    $(BIN)/python -m pip install --quiet --group mutation; \
	fi
	$(BIN)/python -m benchmarks.mutation $(ROOMS) --sample $(SAMPLE)

lint: .venv/installed
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

browser: .venv/installed
	tests/browser/ensure_browser.sh

.venv/installed: requirements.lock pyproject.toml
	if command -v uv >/dev/null; then \
	    uv venv --quiet --allow-existing .venv && \
	    uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock && \
	    uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	else \
	    python3 -m venv .venv && \
	    $(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock && \
	    $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .; \
	fi
	touch $@

# Needs uv. Add --upgrade to COMPILE to take newer versions.
lock:
	uv pip compile pyproject.toml --group dev --all-extras --universal --generate-hashes --quiet \
	    --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	    --python-version 3.11 $(COMPILE) --output-file requirements.lock
