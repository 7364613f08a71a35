# `make` alone lists the targets. Everything runs from .venv, which `make setup` builds from the hash-pinned locks.
PYTHON ?= python3
BIN := .venv/bin
LETTERS ?= fixtures/letters/first-letter.txt fixtures/letters/omeprazole-short.txt fixtures/letters/pdf-one-page.pdf
EMBEDDED := qwen2.5-coder-1.5b-instruct-q4_k_m
YOURS = $(or $(MODEL),$(basename $(notdir $(GGUF))))
YOUR_SETTINGS = $(if $(MODEL),model=$(MODEL)) $(if $(BASE_URL),base_url=$(BASE_URL)) $(if $(GGUF),gguf=$(GGUF))
.DEFAULT_GOAL := help
.PHONY: help setup demo test eval eval-model gate keep bench bench-runs bench-peers bench-naive calibrate agreement lint types format record schema locks fixtures clean

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

test: setup ## run the tests, offline, on all cores
	$(BIN)/python -m pytest -n auto --dist loadgroup

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

eval-model: setup ## score a model of yours beside the embedded one: MODEL=name BASE_URL=url, or GGUF=file
	@test -n "$(MODEL)$(GGUF)" || { echo "Say which model: make eval-model MODEL=name [BASE_URL=url], or GGUF=file" >&2; exit 2; }
	$(BIN)/llm-extract eval --cases evals/gold --record --out out/eval-model --engines baseline \
	  --variant "hybrid engine=hybrid model=$(EMBEDDED)" --variant "model engine=model model=$(EMBEDDED)" \
	  --variant "hybrid-$(YOURS) engine=hybrid $(YOUR_SETTINGS)" --variant "model-$(YOURS) engine=model $(YOUR_SETTINGS)"

gate: setup ## the same, held against the kept report: fails where something got worse
	$(BIN)/llm-extract eval --cases evals/gold --replay --out out/gate --against evals/reports/kept --margin 1

keep: eval ## make the last evaluation the kept report that `make gate` compares with
	mkdir -p evals/reports/kept
	cp out/eval/report.json out/eval/rows.jsonl.xz out/eval/report.md evals/reports/kept/

bench: setup ## how fast the rules read, against the floor of reading and searching each file once
	$(BIN)/python evals/bench_baseline.py
	$(BIN)/python evals/bench_hostile.py

bench-runs: setup ## how fast a whole run is: beside the ideal, client-bound, cached, memory, start-up (loopback endpoint)
	$(BIN)/python evals/bench_runs.py

bench-peers: setup ## speed beside the closest peers, each in an environment of its own (20 min)
	$(BIN)/python evals/bench_peers.py --build

bench-naive: setup ## tokens, seconds and F1 of the naive way of asking beside ours, embedded model, same letters (20 min)
	$(BIN)/python evals/bench_naive.py

calibrate: setup ## fit the confidence of values and the cascade anew, on the calibration letters alone
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
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --extra local --extra eval --extra export --extra otel --extra ray --extra dev pyproject.toml -o requirements-dev.txt
	for peer in curator delm instructor langextract; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	    evals/peers/$$peer.in -o evals/peers/requirements-$$peer.txt; done
	echo uv | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url - -o requirements-uv.txt

clean: ## remove what the targets made (.venv, out); the user's cache folder stays
	rm -rf .venv out .pytest_cache .mypy_cache .ruff_cache .hypothesis
