# `make` alone lists the targets. Everything runs from .venv, which `make setup` builds from the hash-pinned locks.
PYTHON ?= python3
BIN := .venv/bin
LETTERS ?= fixtures/letters/first-letter.txt fixtures/letters/omeprazole-short.txt fixtures/letters/pdf-one-page.pdf
.DEFAULT_GOAL := help
.PHONY: help setup demo test eval gate keep bench calibrate agreement lint types format record schema locks fixtures clean

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready ## build .venv: the program, the embedded model and the development tools

.venv/ready: requirements-uv.txt requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "llm_extract needs Python 3.11 or newer")'
	@echo "Building .venv from the hash-pinned locks (once; 1.4 GB, most of it the model)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## read fixture letters with the embedded model and show what it found (LETTERS=... for others)
	$(BIN)/llm-extract run $(LETTERS) --out out/demo --fresh
	$(BIN)/llm-extract show $(firstword $(LETTERS))

test: setup ## run the tests, offline
	$(BIN)/python -m pytest

lint: setup ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy, strict
	$(BIN)/mypy

format: setup ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: setup ## score baseline, model and hybrid on the labelled letters, from recorded answers; the report is out/eval/report.html
	$(BIN)/llm-extract eval --cases evals/gold --replay --out out/eval

gate: setup ## the same, held against the kept report: fails where something got worse
	$(BIN)/llm-extract eval --cases evals/gold --replay --out out/gate --against evals/reports/kept --margin 1

keep: eval ## make the last evaluation the kept report that `make gate` compares with
	mkdir -p evals/reports/kept
	cp out/eval/report.json out/eval/rows.jsonl.xz out/eval/report.md evals/reports/kept/

bench: setup ## how fast the rules read, against the floor of reading and searching each file once
	$(BIN)/python evals/bench_baseline.py

calibrate: setup ## fit the confidence of values anew, on the development letters alone
	$(BIN)/python evals/calibrate.py

agreement: setup ## measure again how far the two blind labellings agree
	$(BIN)/python evals/agreement.py

record: setup ## renew recordings from the embedded model: tests/cassettes, and the missing answers of evals/gold
	$(BIN)/python -m pytest -m recorded --record-mode=rewrite
	$(BIN)/llm-extract eval --cases evals/gold --record --out out/eval

schema: setup ## write the JSON Schemas of a record and of an evaluation's report to schema/
	$(BIN)/llm-extract schema > schema/record.v1.json
	$(BIN)/llm-extract schema report > schema/report.v1.json

fixtures: setup ## make the PDF fixtures from their text again
	$(BIN)/python fixtures/make_pdfs.py

locks: ## resolve the hash-pinned locks anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --extra local pyproject.toml -o requirements-local.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --extra local --extra eval --extra dev pyproject.toml -o requirements-dev.txt
	echo uv | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url - -o requirements-uv.txt

clean: ## remove what the targets made (.venv, out); the user's cache folder stays
	rm -rf .venv out .pytest_cache .mypy_cache .ruff_cache .hypothesis
