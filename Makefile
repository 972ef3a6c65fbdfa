# The project's commands. Needs python3 (3.11 to 3.13) and make; writes only below this folder.

ifeq ($(wildcard local/setup.sh),)
$(error Run it as: make -C <the project's folder> …)
endif

.DEFAULT_GOAL := help
.PHONY: help setup demo up down backfill second-look tie-out preview what-if unmapped served-key served-keys served-key-revoke export fava audit erase check-mappings schemas probe browser screenshots unit test test-more test-days kills operations fuzz simulate simulate-looks simulate-arrivals mutants bench bench-year reliability lint docs messages new-source lock sbom vulnerabilities image-check clean proposals

# Whatever a tool wants to keep between runs, it keeps here.
export UV_CACHE_DIR := $(CURDIR)/.cache/uv
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export XDG_CACHE_HOME := $(CURDIR)/.cache
export RUFF_CACHE_DIR := $(CURDIR)/.cache/ruff
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/.cache/hypothesis
export AIRFLOW_HOME := $(CURDIR)/.run/airflow
export PLAYWRIGHT_BROWSERS_PATH := $(CURDIR)/.cache/browsers
export TMPDIR := $(CURDIR)/.cache/tmp
# Another activated environment must not lend its packages.
unexport VIRTUAL_ENV PYTHONHOME
# What is compiled is kept: without that each of Airflow's processes compiles all of our modules at its start.
unexport PYTHONDONTWRITEBYTECODE

# What people say behind a command (BOX=…) may be any text. It reaches the commands by the environment alone: neither make nor
# a shell reads anything else in it, such as `$`, quotes or commands. In a recipe write "$$BOX", never $(BOX); ARGS, a piece
# of pytest's command line, is for developers. What the environment has by such a name already is not taken for it.
NAMES := BOX BY CLIENT COMPANY CONN COUNT CREDIT CREDIT_COST_CENTRE CURRENCY DATE DAYS DEBIT DEBIT_COST_CENTRE EXAMPLES FAVA_PORT \
	FORMAT FROM HEADS INTO KEY LOT MAPPING MONTH MONTHS NAME ONLY OUT PERSON ROWS SEED SEEDS SINCE SNAPSHOT TEETH TENANT TO \
	VENDOR WHOLE WHY YES
SAID := $(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(name)))
$(foreach name,$(SAID),$(eval override $(name) := $$(value $(name)))$(eval export $(name)))
$(foreach name,$(filter-out $(SAID),$(NAMES)),$(eval override $(name) :=)$(eval unexport $(name)))

# $(call ON,YES,--yes): the option where somebody said YES=1, and nothing for any other text.
ON = $(if $(filter "1","$($(1))"),$(2))

PY := .venv/bin/python
# The reader of exported journals, where the machine has none (local/hledger.sh).
HLEDGER := $(CURDIR)/.cache/hledger/usr/bin

help:
	@echo "make demo [DATE=YYYY-MM-DD]  close a day of every cash box (yesterday, without DATE) and show the result"
	@echo "make up                      start PostgreSQL, the vendors' sandbox and Airflow, and leave them running"
	@echo "make down                    stop them"
	@echo "make check-mappings          say all that is wrong in the mapping files, and what came lately and is not mapped"
	@echo "make schemas                 write the JSON Schemas that editors check the mapping files with"
	@echo "make preview BOX=… DATE=…    the journal that a box's day would make, nothing posted (ROWS=1: every document behind)"
	@echo "make what-if SINCE=…         what the stored days would be by the mappings as they are now, or by a draft (MAPPING=file)"
	@echo "make unmapped                what keeps staged days from being booked, with the lines to paste"
	@echo "make export BOX=…|COMPANY=… FROM=… [TO=…]|MONTH=YYYY-MM [FORMAT=beancount]  the journal as beancount, hledger, xlsx or csv; of a month xlsx, pdf and csv are as the board gives them, and zip is all of them with the chains and a page to verify these"
	@echo "make fava BOX=… FROM=… [TO=…]  the same opened in Fava, in the browser"
	@echo "make audit [HEADS=…] [OUT=…] [WHOLE=1]  whether the books are still what was sealed, and what was noted before (HEADS, a file); OUT keeps it all"
	@echo "make erase PERSON=1|SNAPSHOT=…|MONTHS=… WHY=… [BY=…] [YES=1]  erase personal values of what sources sent, for good"
	@echo "make served-key COMPANY=… CLIENT=… [BY=…]  a key by which an SGI may ask for a company's issued invoices (docs/vendors/sge.md)"
	@echo "make served-keys                every such key that was made, and whether it still opens"
	@echo "make served-key-revoke KEY=… [BY=…]  from now on a key opens nothing"
	@echo "make backfill COMPANY=…|BOX=… FROM=YYYY-MM-DD TO=YYYY-MM-DD  close a range of days, both inclusive"
	@echo "make second-look COMPANY=…|BOX=… FROM=YYYY-MM-DD [TO=…]  read closed days again, and show what changed since"
	@echo "make tie-out COMPANY=… MONTH=YYYY-MM [TO=YYYY-MM]  compare months with what the ERP holds of them, by account"
	@echo "make probe CONN=protheus TENANT=… DEBIT=… CREDIT=… [LOT=PROBE1] [DATE=YYYY-MM-DD]"
	@echo "                             try in the ERP's test company what posting assumes of it, and keep the result"
	@echo "make unit [EXAMPLES=30]      run the tests that need nothing but values and files (seconds); EXAMPLES of every property"
	@echo "make test [ARGS=…]           check style and layers, run those, then all others; ARGS go to pytest in their place"
	@echo "make test-days               the tests that look at the clock, at ten other instants: turns of years, changed clocks (long)"
	@echo "make test-more               further examples of what the tests of the whole system show (minutes)"
	@echo "make browser                 a Chromium for the browser tests, where the machine has none; without it they are left out"
	@echo "make screenshots             take the documentation's pictures anew, by the browser tests"
	@echo "make kills                   kill tasks and servers in the middle of a close, and see what becomes of it (minutes)"
	@echo "make operations              do to runs what people and Airflow do to them, and write what is seen into docs/operators/operations.md"
	@echo "make fuzz [COUNT=50000]      read randomly changed answers of the five vendors: booked, quarantined or refused (SEED=… one)"
	@echo "make simulate [SEEDS=2000] [FROM=1]  post box-days in simulated bad weather; SEED=… tells one, TEETH=1 plants bugs"
	@echo "make simulate-looks [SEED=1]  a year of forty boxes with 10,000 changes after the close: each found, none invented (a minute)"
	@echo "make simulate-arrivals [SEED=1]  two generated years of forty boxes at the bank and the acquirers, matched and held against their truth (two minutes)"
	@echo "make proposals               how often the first account that the board proposes for a gap is the right one (seconds)"
	@echo "make mutants [ONLY=checks]   change bookkeeping and posting in small ways, and name the changes no test notices (hours; ONLY a module)"
	@echo "make bench [ONLY=P2]         the close beside other tools, into benchmarks/RESULTS.md (half an hour; P12 and P13, long ones, by name alone; with nothing else running)"
	@echo "make bench-year              how long a what-if over a generated year of forty boxes takes, and the audit of it"
	@echo "make reliability             simulate, with and without planted bugs, and kills: all figures of docs/reliability.md (ten minutes)"
	@echo "make lint                    check style, format, types, and which room knows which"
	@echo "make docs                    write the parts of the documentation that repeat code"
	@echo "make messages                bring the catalogues of translations up to date with what the code says"
	@echo "make new-source NAME=…       write a source's package, stand-in, conformance test and page, and register it"
	@echo "make lock [ARGS=…]           write requirements.txt and requirements-run.txt from their .in (ARGS=--upgrade takes newer versions)"
	@echo "make image-check             build the image's environment here as the Dockerfile says, and try all of the product in it (minutes)"
	@echo "make sbom [INTO=…]           what ships, as a CycloneDX file (.run/sbom.cdx.json)"
	@echo "make vulnerabilities         which of it is known to be vulnerable; says so where no advisory database can be reached"
	@echo "make clean                   stop everything and remove all that these commands made"
	@echo
	@echo "Ports: CIERRE_API_PORT (8080), CIERRE_POSTGRES_PORT (5442), CIERRE_SANDBOX_PORT (8800). Python: PYTHON=python3.12"

setup:
	@sh local/setup.sh "$$PYTHON"
	@$(MAKE) --silent $(patsubst %.po,%.mo,$(wildcard plugins/cierre/language/locales/*/LC_MESSAGES/*.po))

# The translations, compiled where they changed.
%.mo: %.po
	@.venv/bin/pybabel --quiet compile --input-file $< --output-file $@

demo: setup
	@$(PY) -m local demo $${DATE:+--date="$$DATE"}

up: setup
	@$(PY) -m local up

down:
	@if [ -x $(PY) ]; then $(PY) -m local down; else echo "Not set up, so nothing runs."; fi

check-mappings: setup
	@$(PY) -m local check

schemas: setup
	@$(PY) -m cierre.reports.check_files schemas

# Says what is missing or wrong by the names that people type.
TYPED = @$(PY) -m cierre.reports.command_line $@ $(1)

# Looking at books: docs/accountants/reports.md.
BOOKS := $(PY) -m local books
WHOSE = --box="$$BOX" --company="$$COMPANY"
RANGE = $(WHOSE) $${FROM:+--from="$$FROM"} $${TO:+--to="$$TO"}

preview: setup
	$(call TYPED,BOX DATE ROWS)
	@$(BOOKS) preview --box="$$BOX" --date="$$DATE" $(call ON,ROWS,--rows)

what-if: setup
	$(call TYPED,SINCE MAPPING DAYS)
	@$(BOOKS) what-if --since="$$SINCE" --mapping="$$MAPPING" $(call ON,DAYS,--every-day)

unmapped: setup
	@$(BOOKS) unmapped

export: setup
	$(call TYPED,BOX COMPANY FROM TO MONTH FORMAT INTO)
	@$(BOOKS) export $(RANGE) $${MONTH:+--month="$$MONTH"} --format="$${FORMAT:-beancount}" --into="$${INTO:-.run/exports}"

fava: setup
	$(call TYPED,BOX COMPANY FROM TO)
	@$(BOOKS) export $(RANGE) --into=.run/exports
	@$(PY) -m fava.cli --port="$${FAVA_PORT:-5000}" \
		".run/exports/$${BOX:-$$COMPANY}_$${FROM}_to_$${TO:-$$FROM}.beancount"

audit: setup
	$(call TYPED,HEADS OUT WHOLE)
	@$(BOOKS) audit $${HEADS:+--heads="$$HEADS"} $${OUT:+--out="$$OUT"} $(call ON,WHOLE,--whole)

erase: setup
	$(call TYPED,WHY BY PERSON SNAPSHOT MONTHS YES)
	@$(BOOKS) erase --why="$$WHY" $${BY:+--by="$$BY"} $(call ON,PERSON,--person) $${SNAPSHOT:+--snapshot="$$SNAPSHOT"} \
		$${MONTHS:+--months="$$MONTHS"} $(call ON,YES,--yes)

SGE := $(PY) -m local served-invoices
served-key: setup
	$(call TYPED,COMPANY CLIENT BY)
	@$(SGE) key --company="$$COMPANY" --client="$$CLIENT" $${BY:+--by="$$BY"}

served-keys: setup
	@$(SGE) keys

served-key-revoke: setup
	$(call TYPED,KEY BY)
	@$(SGE) revoke --key="$$KEY" $${BY:+--by="$$BY"}

backfill: setup
	$(call TYPED,BOX COMPANY FROM TO)
	@$(PY) -m local backfill $(RANGE)

second-look: setup
	$(call TYPED,BOX COMPANY FROM TO)
	@$(PY) -m local second-look $(RANGE)

tie-out: setup
	$(call TYPED,COMPANY MONTH TO)
	@$(PY) -m local tie-out --company="$$COMPANY" --month="$$MONTH" $${TO:+--to="$$TO"}

# Accounts that ask for cost centres: DEBIT_COST_CENTRE, CREDIT_COST_CENTRE. Other money than dollars: CURRENCY.
probe: setup
	@$(PY) -m local probe --connection="$${CONN:-protheus}" --tenant="$$TENANT" --lot="$${LOT:-PROBE1}" \
		--day="$$DATE" --debit-account="$$DEBIT" --credit-account="$$CREDIT" --currency="$${CURRENCY:-USD}" \
		--debit-cost-centre="$$DEBIT_COST_CENTRE" --credit-cost-centre="$$CREDIT_COST_CENTRE"

browser: setup
	@$(PY) -m local.browser

screenshots: browser
	@mkdir -p docs/screenshots
	@CIERRE_SCREENSHOTS="$(CURDIR)/docs/screenshots" $(PY) -m pytest -m "more or not more" tests/e2e/test_ui*.py tests/board/test_mappings_browser.py tests/board/test_arrivals_in_browser.py $(ARGS)

proposals: setup
	@PYTHONPATH=tests $(PY) -m support.measured_mappings

# In a process of its own: tests/unit/conftest.py sees to it that nothing in it needs Airflow.
unit: setup
	@CIERRE_EXAMPLES="$$EXAMPLES" $(PY) -m pytest tests/unit $(ARGS)

# What lint and unit find fails it first, both at once. Then four processes: two with what runs a whole system, which mostly
# waits, the others with the rest.
test: setup
	@$(MAKE) --no-print-directory -j 2 lint $(if $(ARGS),,unit)
	@sh local/hledger.sh
	@CIERRE_EXAMPLES="$$EXAMPLES" PATH="$$PATH:$(HLEDGER)" $(PY) -m pytest -n 4 --no-loadscope-reorder $(or $(ARGS),--ignore=tests/unit)

test-more: setup
	@$(PY) -m pytest -n 3 --no-loadscope-reorder -m more $(or $(ARGS),tests/e2e tests/benchmarks)

test-days: setup
	@sh local/test_days.sh $(ARGS)

# ARGS=--markdown prints the tables as docs/reliability.md has them; ARGS=--help tells the rest.
kills: setup
	@$(PY) -m pytest -m "kills or not kills" tests/e2e/test_kills.py tests/e2e/test_kills_of_servers.py \
		tests/e2e/test_operations.py::test_a_server_that_is_killed_never_changes_the_books \
		tests/e2e/test_operations.py::test_what_happens_to_a_database_never_changes_the_books $(ARGS)

operations: setup
	@CIERRE_OPERATIONS=write $(PY) -m pytest -m "kills or not kills" tests/e2e/test_operations.py $(ARGS)

simulate: setup
	$(call TYPED,TEETH)
	@PYTHONPATH=plugins:tests $(PY) -m simulation $(if $(SEED),--seed="$$SEED",$(or $(call ON,TEETH,--teeth), \
		--seeds="$${SEEDS:-2000}" --first="$${FROM:-1}")) $(ARGS)

simulate-looks: setup
	@PYTHONPATH=plugins:tests $(PY) -m late_changes --seed="$${SEED:-1}" $(ARGS)

simulate-arrivals: setup
	@PYTHONPATH=.:plugins:tests $(PY) -m arrivals --seed="$${SEED:-1}" $(ARGS)

fuzz: setup
	@AIRFLOW__CORE__UNIT_TEST_MODE=True PYTHONPATH=.:plugins:tests $(PY) -m fuzz --vendor="$$VENDOR" $(if $(SEED),--seed="$$SEED",--count="$${COUNT:-50000}" \
		--first="$${FROM:-1}") $(ARGS)

mutants: setup
	@sh local/mutants.sh "$$ONLY"

bench-year: setup
	@$(PY) -m benchmarks.year

bench: setup
	@sh benchmarks/setup.sh
	@sh local/hledger.sh
	@PATH="$$PATH:$(HLEDGER)" $(PY) -m benchmarks $${ONLY:+--only="$$ONLY"}

reliability: setup
	@$(MAKE) --no-print-directory simulate SEEDS="$${SEEDS:-2000}" ARGS=--markdown
	@$(MAKE) --no-print-directory simulate TEETH=1 ARGS=--markdown
	@$(MAKE) --no-print-directory kills ARGS=-q

lint: setup
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@PYTHONPATH=plugins:. .venv/bin/lint-imports --no-logo --cache-dir .cache/import-linter

docs: setup
	@$(PY) -m local.docs

messages: setup
	@$(PY) -m local.messages
	@$(MAKE) --no-print-directory setup

new-source: setup
	$(call TYPED,NAME)
	@$(PY) -m local new-source -- "$$NAME"

# The second of the project's locks is a part of the first: what runs is what was tested.
COMPILE := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --no-strip-extras --generate-hashes --no-header \
	--excludes requirements-excluded.txt
lock: setup
	@$(COMPILE) $(ARGS) benchmarks/requirements.in --output-file benchmarks/requirements.txt
	@$(COMPILE) $(ARGS) requirements.in --output-file requirements.txt
	@$(COMPILE) $(ARGS) requirements-run.in --constraints requirements.txt --output-file requirements-run.txt

# What ships, as other tools read it (CycloneDX), and which of it is known to be vulnerable.
sbom: setup
	@mkdir -p .run
	@$(PY) -m cyclonedx_py requirements requirements-run.txt --pyproject pyproject.toml --output-reproducible \
		--output-file="$${INTO:-.run/sbom.cdx.json}"
	@printf '%s\n' "$${INTO:-.run/sbom.cdx.json}"

vulnerabilities: setup
	@$(PY) -m local.vulnerabilities

# The image's environment, built here by the Dockerfile's own commands, and every page, export and DAG in it.
image-check: setup
	@$(PY) -m pytest -n 0 -m "image or not image" tests/image $(ARGS)

clean:
	@if [ -n "$$(find .run \( -name supervisor.pid -o -name postmaster.pid \) 2>/dev/null)" ]; then \
		$(PY) -m local down --all; fi
	@rm -rf .venv .cache .run .pytest_cache .ruff_cache .hypothesis build plugins/*.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
