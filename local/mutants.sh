#!/bin/sh
# Changes the code of bookkeeping and posting in small ways, one at a time, and names the changes that no test notices:
# sh local/mutants.sh [MODULE]. Works on a copy, laid out as mutmut wants it: sources below src/.
set -eu

only="${1:-}"
python="$PWD/.venv/bin/python"
# Each change is tried anew, so a few examples of each property must do.
export CIERRE_EXAMPLES="${CIERRE_EXAMPLES:-10}" CIERRE_DOCUMENTS="${CIERRE_DOCUMENTS:-2000}"

mutate() { # PACKAGE TESTS: the package of cierre, and the tests that are made for it
    if [ -n "$only" ] && [ ! -e "plugins/cierre/$1/$only.py" ]; then return; fi
    room=".cache/mutants/$1"
    rm -rf "$room"
    mkdir -p "$room"
    cp -R plugins "$room/src"
    cp -R tests include local sandbox pyproject.toml "$room/"
    cat >> "$room/pyproject.toml" <<END

[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/cierre/$1/${only:-*}.py"]
also_copy = ["include", "local", "sandbox"]
pytest_add_cli_args = ["-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = ["$2"]
END
    (
        cd "$room"
        "$python" -m mutmut run
        echo "No test notices these changes of cierre.$1 (in $room, mutmut show NAME prints one):"
        "$python" -m mutmut results | grep ": \(survived\|no tests\|timeout\|suspicious\)" || echo "    none"
    )
}

mutate bookkeeping tests/unit/bookkeeping
mutate posting tests/posting
