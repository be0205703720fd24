# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := $(UV) run --frozen
# What Python compiled is kept: each of the many processes of the tests would take seconds over it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check bench bench-feel bench-identity bench-intake bench-journal bench-match bench-registry bench-surge bench-uploads crash setup enhance system system-test clean
help:            ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

demo: setup system enhance   ## install, fill an embedded installation with demo data, serve it, print the address
	$(RUN) madoguchi demo

test: setup system-test enhance check   ## everything that is tested, on SQLite and PostgreSQL, browser included
	$(RUN) pytest -q -n 2 --dist loadgroup --no-loadscope-reorder

check: setup     ## formatting, lint, types, layers, packages
	$(RUN) ruff format --check src tests migrations bench
	$(RUN) ruff check src tests migrations bench
	$(RUN) mypy
	$(RUN) lint-imports --no-cache
	$(RUN) madoguchi procedures check procedures/ --quiet

bench: setup     ## speed and memory, each against a named peer in the same run
	$(RUN) python -m bench

bench-feel: setup ## rules in FEEL against npm @bpmn-io/feelin on Node, expression by expression
	$(RUN) python -m bench.feel

bench-identity: setup ## sign-ins at services, refreshes, userinfo a processor second beside npm oidc-provider, both on PostgreSQL (6 minutes)
	@cd bench/oidc_provider && npm ci --silent --ignore-scripts --no-audit --no-fund
	$(RUN) python -m bench.identity $(ARGS)

bench-journal: setup ## the journal at ten million entries: appending, placing, proving, checking, size (10 GB of disk each)
	$(RUN) python -m bench.journal $(ARGS)

bench-intake: setup ## filings over HTTP, journaled and receipted, beside django-ninja and the ORM on both databases
	$(RUN) python -m bench.intake

bench-match: setup ## 5.5 million companies against 1,000 rules: SQL on DuckDB beside Python row by row
	$(RUN) python -m bench.match

bench-registry: setup ## 5.5 million corporations: loading, by number, names beside pg_trgm and FTS5, a day's difference (an hour and a half; ARGS="--keep DIR", then ARGS="--keep DIR --stages reads,ask,day" asks again)
	$(RUN) python -m bench.registry $(ARGS)

bench-surge: setup ## ten times what can be served, with people inside who save and file; then without the limit
	$(RUN) python -m bench.surge

bench-uploads: setup ## files of programs over HTTP: processor time, statements and syncs each
	$(RUN) python -m bench.uploads

crash: setup     ## over 200 times SIGKILL and full disks under load: is anything acknowledged lost or doubled?
	$(RUN) python -m tests.crash

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
	@if command -v npm >/dev/null 2>&1; then \
	  cd tests/identity/openid_client && npm ci --silent --ignore-scripts --no-audit --no-fund; \
	else echo "Node is not installed: the OpenID provider is not tried with openid-client."; fi

clean:           ## forget the demo's data and all caches
	rm -rf var .mypy_cache .ruff_cache .pytest_cache .hypothesis
