# make play   sets up a virtual environment and opens the playground
# make test   sets up what the tests need and runs them all
# make test-fast  those that open no screen and start no process: under a minute
# make check  the linters and the type checker alone
# make bench  what it does how fast, beside what people use today
#
# Both set up only what is missing, so the second time they start at once.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
# Set it to https://download.pytorch.org/whl/cpu for PyTorch's build without CUDA (see README.md).
TORCH_INDEX ?=

.PHONY: play test test-fast check tiny-model pictures race neurons lessons docs bench bench-full clean

play: $(VENV)/.installed
	@$(BIN)/rnntui

test: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest

# For the inner loop. Left out are tests marked `screen` (they open an app) and `slow` (real
# processes and terminals, real data, a great many trainings), and the linters.
test-fast: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -m "not screen and not slow"

check: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

$(VENV)/.installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with PYTHON=..." >&2; exit 1; }
	@echo "Setting up $(VENV) (once; PyTorch takes a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(if $(TORCH_INDEX),$(PIP) --index-url $(TORCH_INDEX) torch)
	@$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Setting up what the tests need ..."
	@$(PIP) --editable '.[dev]'
	@touch $@

# Trains the small network that ships, as scripts/make_tiny_model.py says.
tiny-model: $(VENV)/.installed
	@$(BIN)/python scripts/make_tiny_model.py

# Takes the README's pictures from the real app.
pictures: $(VENV)/.installed
	@$(BIN)/python scripts/screenshots.py

# Makes docs/race.md and its picture from a race of four cells; some minutes on a quiet machine.
# RNNTUI_TEST_DATA names the folder of tinyshakespeare.txt.
race: $(VENV)/.installed
	@$(BIN)/python scripts/race_example.py

# Makes docs/neurons.md and its picture from a network trained on tinyshakespeare; some minutes.
neurons: $(VENV)/.installed
	@$(BIN)/python scripts/neurons_example.py

# Makes the lessons' pages from the lessons and what their commands print; an hour or two. The commands on the
# Large Movie Review archive and on tinyshakespeare run where RNNTUI_TEST_DATA names their folder.
lessons: $(VENV)/.installed-dev
	@$(BIN)/python scripts/lesson_answers.py
	@$(BIN)/python scripts/lessons.py --record

# The documentation as a site, in site/: open site/index.html. (The theme's makers otherwise
# print a note on their next program.)
docs: $(VENV)/.installed-dev
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# Measures; needs a quiet machine. BENCH_TEXT names tinyshakespeare's file (see benchmarks/README.md).
bench: $(VENV)/.installed
	@$(BIN)/python benchmarks/bench.py $(if $(BENCH_TEXT),--text $(BENCH_TEXT))

bench-full: $(VENV)/.installed
	@$(BIN)/python benchmarks/bench.py --full $(if $(BENCH_TEXT),--text $(BENCH_TEXT))

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist site
