# Lodeway. `make demo` runs the flagship study, `make test` checks and tests everything.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
STAMP := $(VENV)/.installed
PIP_FLAGS := --disable-pip-version-check --quiet

.PHONY: help demo test check bench docs clean

help:  ## say what can be made
	@echo "make demo    run the flagship study and say where its report is"
	@echo "make test    static checks and all tests"
	@echo "make check   static checks only"
	@echo "make bench   measure against the peers and print the ratios"
	@echo "make docs    write the generated pages under docs/"
	@echo "make clean   remove what was made"

$(STAMP): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(PIP_FLAGS) --require-hashes --only-binary :all: -r requirements.txt
	$(BIN)/python -m pip install $(PIP_FLAGS) --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP)
	$(BIN)/lodeway run studies/lesser-caucasus --out studies/lesser-caucasus/out

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/lengths.py

test: check
	$(BIN)/python -m pytest

bench: $(STAMP)
	$(BIN)/python -m benchmarks

docs: $(STAMP)
	$(BIN)/python tools/make_docs.py

clean:
	rm -rf $(VENV) build dist src/lodeway.egg-info studies/*/out studies/*/.lodeway
