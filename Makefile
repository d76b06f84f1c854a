# `make run` and `make test` set up everything they need; a second call sets up nothing again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Processes that share the tests; each holds a gigabyte or so.
WORKERS ?= 2

.PHONY: setup run test faults lint docs peers bench performance performance-cuda leaderboard clean

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

run: setup
	$(BIN)/benchkit run --dataset digits --offline --jobs 2 --timing-seconds 0.02 --batch-size 128

test: setup
	$(BIN)/python -m pytest -n $(WORKERS) -m "not real and not faults"

# Processes that hang, die and are killed, a full disk, a cluster, a gate in CI: minutes of waiting.
faults: setup
	$(BIN)/python -m pytest -n $(WORKERS) -m faults

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# docs/commands.md and docs/reference.md, from the code; a test fails where they are stale.
docs: setup
	$(BIN)/python docs/generate.py

peers: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,peers]'

bench: peers
	$(BIN)/python -m pytest benchmarks --benchmark-only

# docs/performance.md, from new measurements on this machine's processor: under an hour; leave the machine alone.
performance: peers
	$(BIN)/python benchmarks/performance.py --measure cpu

# The same page's section on the GPU of this machine, in minutes.
performance-cuda: setup
	BENCHKIT_DEVICE=cuda $(BIN)/python benchmarks/performance.py --measure cuda --brief

# The published leaderboard from the committed run, and the first tables of it in the README.
leaderboard: setup
	$(BIN)/benchkit table results/mnist-reference --format github --out results/leaderboard.md
	$(BIN)/benchkit table results/mnist-reference --format github --columns auroc,ranks,speed --out $(VENV)/short.md
	sed -i -e '/<!-- leaderboard -->/,/<!-- \/leaderboard -->/{//!d}' \
	    -e '/<!-- leaderboard -->/r $(VENV)/short.md' README.md

clean:
	rm -rf $(VENV)
