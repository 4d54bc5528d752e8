# Two commands matter: `make up` and `make test`. Both do all the set-up by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export UV_NO_PROGRESS := 1

.DEFAULT_GOAL := help
.PHONY: help setup up preview down test lint check bench mutants rehearse soak lock clean picture browser-test pulumi-test

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

setup: $(READY) ## install what is locked into .venv

# uv reads the locked files with hashes; a half-made environment never carries the mark, so it is made anew.
$(READY): requirements.txt requirements-dev.txt requirements-setup.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: TapStack needs Python 3.11 or newer; $(PYTHON) is older. Set PYTHON=python3.12, say."; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-setup.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

up: $(READY) ## build the whole stack on an AWS that comes with the project
	@$(BIN)/tap up

preview: $(READY) ## show what `make up` would do
	@$(BIN)/tap preview

down: $(READY) ## take the stack and the embedded AWS away
	@$(BIN)/tap destroy && $(BIN)/tap local stop

test: $(READY) ## lint, types and every test
	@$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(READY)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/jactionlint --no-online --shellcheck=$(BIN)/shellcheck .github/workflows/*.yml .github/actions/*/action.yml
	@$(BIN)/zizmor --offline --persona=pedantic --quiet .github

check: lint test ## what CI runs

bench: $(READY) ## measure, and print a table
	@$(BIN)/python -m bench

mutants: $(READY) ## plant known bugs one by one: the tests catch each (MUTANTS='lock-*' for some)
	@$(BIN)/python -m mutants $(MUTANTS)

rehearse: $(READY) ## play the workflow that deploys, from its file: all well, then failing half-way (REHEARSE=quick: not its tests)
	@$(BIN)/python -m rehearsal $(REHEARSE)

soak: $(READY) ## kill, fault, race and trace the real thing for hours; print the figures (SOAK=races for one part)
	@$(BIN)/python -m soak $(SOAK)

picture: up ## draw the README's pictures anew, from the stack `local`
	@$(BIN)/tap graph --format svg --output docs/tap-stack.svg
	@$(BIN)/tap graph --format svg --view security --output docs/tap-stack-security.svg

browser-test: $(READY) ## look at the pages of `tap graph` in a real browser (Debian's chromium)
	@$(BIN)/python -m tests.browser.setup
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-browser.txt
	@$(BIN)/python -m pytest -m browser tests/browser

pulumi-test: $(READY) ## hand the stack to the real Pulumi CLI, which Go builds first, and take it back
	@$(BIN)/python -m tests.pulumi_cli.build
	@$(BIN)/python -m pytest -m pulumi_cli tests/pulumi_cli

lock: $(READY) ## resolve the .in files anew
	@for name in requirements requirements-dev requirements-browser requirements-setup; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --upgrade $$name.in -o $$name.txt; done

clean:
	@rm -rf $(VENV)
