# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := $(UV) run --frozen

.PHONY: help demo test check bench setup enhance system system-test clean
help:            ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

demo: setup system enhance   ## install, fill an embedded installation with demo data, serve it, print the address
	$(RUN) madoguchi demo

test: setup system-test enhance check   ## everything that is tested, on SQLite and PostgreSQL, browser included
	$(RUN) pytest -q -n 2 --dist loadgroup

check: setup     ## formatting, lint, types, layers, packages
	$(RUN) ruff format --check src tests migrations bench
	$(RUN) ruff check src tests migrations bench
	$(RUN) mypy
	$(RUN) lint-imports --no-cache
	$(RUN) madoguchi procedures check procedures/ --quiet

bench: setup     ## speed and memory, each against a named peer in the same run
	$(RUN) python -m bench

setup: $(UV)
	$(UV) sync --frozen --quiet

.tools/bin/uv:
	python3 -m venv .tools
	.tools/bin/pip install --quiet uv==0.13.9

enhance:         ## the optional browser enhancements; without Node the pages work unenhanced
	@if command -v npm >/dev/null 2>&1; then \
	  cd frontend && npm ci --silent --ignore-scripts --no-audit --no-fund && npm run --silent vendor; \
	else echo "Node is not installed: pages will work, unenhanced."; fi

system:
	@sh scripts/system-packages.sh run

system-test:
	@sh scripts/system-packages.sh test

clean:           ## forget the demo's data and all caches
	rm -rf var .mypy_cache .ruff_cache .pytest_cache .hypothesis
