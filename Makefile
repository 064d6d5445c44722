# Two commands for a newcomer: `make demo` and `make test`. Both create what they need in .venv and .keten.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DIVIDED := -n auto --maxprocesses 4 --dist loadgroup

.PHONY: install demo test test-long test-all everything interop sandbox pages pictures chaos endurance power-cut orderings bench proof check up lock generate clean help

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Keten needs Python 3.11 or newer: install it, or name it: make PYTHON=/path/to/python3 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "This Python has no venv module: on Debian, apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

install: $(STAMP) ## what all of this needs, into .venv; the others do it by themselves

demo: $(STAMP) ## five stories on real servers, drawn in the terminal (KEEP=1 leaves it running)
	@$(BIN)/keten demo $(if $(KEEP),--keep)

test: $(STAMP) ## the tests that take minutes, on real servers, divided among processes (ARGS="-k retention": only these, in one process)
	@$(BIN)/python -m pytest $(or $(ARGS),--length short $(DIVIDED))

test-long: $(STAMP) ## the others: on whole installations, in a browser, on servers of their own
	@$(BIN)/python -m pytest $(or $(ARGS),--length long $(DIVIDED) --maxprocesses 2)

test-all: test test-long ## both: run them before something lands

everything: test-all interop sandbox pages chaos proof ## what takes more than an hour, too

sandbox: $(STAMP) ## every trigger and fault of a sandbox, on a whole chain
	@$(BIN)/python -m pytest -m sandbox tests/console/sandbox $(ARGS)

interop: $(STAMP) ## libraries that others wrote talk with a post office; they come from registries of packages
	@$(BIN)/python -m pytest -m interop tests/kit/interop -rs $(ARGS)

pages: $(STAMP) ## the pages of the documentation are followed as they are written
	@$(BIN)/python -m pytest -m pages $(ARGS)

pictures: $(STAMP) ## the pictures in the README are taken anew; wants Debian's chromium
	@$(BIN)/python -m pytest -m pictures tests/console/web/browser -k inbox --pictures docs/pictures $(ARGS)

chaos: $(STAMP) ## servers and offices are killed while cases run, for minutes
	@$(BIN)/python -m pytest -m chaos $(ARGS)

endurance: $(STAMP) ## 40 kills at random moments among 3,000 events, for half an hour (CHAOS_SEED=number: the same run again)
	@$(BIN)/python -m pytest -m endurance $(ARGS)

power-cut: $(STAMP) ## the disk of a home loses its power while cases run; as root, on Linux
	@$(BIN)/python -m pytest -m power_cut $(ARGS)

orderings: $(STAMP) ## many orders of a case's events, for an hour without haste (ORDERINGS=300)
	@ORDERINGS=$(or $(ORDERINGS),300) $(BIN)/python -m pytest -m '' tests/workflows/test_orderings.py $(ARGS)

bench: $(STAMP) ## a case beside the smallest Temporal program (ROUNDS=5 CASES=8 OPEN=1000; WRITE=1: docs/benchmarks); privacy; an attack
	@$(BIN)/python -m tests.bench --rounds $(or $(ROUNDS),5) --cases $(or $(CASES),8) --open $(or $(OPEN),1000) $(if $(WRITE),--write)
	@$(BIN)/python -m tests.bench.cost --cases $(or $(CASES),20)
	@$(BIN)/python -m tests.bench.hostile

proof: $(STAMP) ## of 1,000 cases 100 are erased, and of these nothing can be read any more (CASES=100 for fewer)
	@$(BIN)/python -m pytest -m proof tests/erasure --cases $(or $(CASES),1000) --timeout 7200 --verbose --durations 3

check: $(STAMP) ## lint, types, import doors, drift of generated files: all of them, also when one fails
	@failed=0; results=""; \
	for tool in "ruff check ." "ruff format --check ." "pyright" "lint-imports" "python -m console.generate --check"; do \
		echo "$$tool"; \
		if $(BIN)/$$tool; then result="clean "; else result="FAILED"; failed=1; fi; \
		results="$$results  $$result  $$tool\n"; \
	done; \
	printf "\nmake check:\n$$results"; \
	if [ $$failed = 0 ]; then echo "All is clean. That is not all that must hold: make test runs the tests."; \
	else echo "Repair what failed; then make test, which is more: it runs the tests."; fi; \
	exit $$failed

up: $(STAMP) ## servers and every agency, in the foreground
	@$(BIN)/keten up

generate: $(STAMP) ## write again what is generated from the catalogue
	$(BIN)/python -m console.generate

lock: ## pin every dependency again, with hashes and without a registry's name
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra postgresql --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements.lock
	@cd tests/kit/interop/sets && for set in messages openapi; do ../../../../$(BIN)/uv pip compile $$set.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o $$set.lock; done

clean: ## remove what the commands above created
	rm -rf $(VENV) .keten
