#!/bin/sh
# Plays the tests that look at the clock at other instants, PostgreSQL's clock with them: sh local/test_days.sh [what goes
# to pytest in their place]. On Linux, with a C compiler. Ends with the instants at which a test failed.
set -eu

mkdir -p .cache
cc -shared -fPIC -o .cache/shifted_clock.so local/shifted_clock.c -ldl
if [ $# = 0 ]; then
    # shellcheck disable=SC2046 # the names of test files, which have no blanks
    set -- -n 2 $(grep -rlE "now\(|today\(|working_day" tests --include="test_*.py" |
        grep -vE "tests/(benchmarks|e2e|image|simulation)/")
fi

failed=""
while read -r day time; do
    ahead=$(($(date -u -d "$day $time" +%s) - $(date -u +%s)))
    echo "== $(date -u -d "$day" +%A) $day $time UTC"
    LD_PRELOAD="$PWD/.cache/shifted_clock.so" CIERRE_CLOCK_AHEAD="$ahead" .venv/bin/python -m pytest -q "$@" </dev/null ||
        failed="$failed
$day $time"
done <<END
2027-01-01 02:00
2027-01-03 14:00
2027-03-01 02:30
2027-03-28 00:30
2027-05-04 20:00
2027-05-05 20:00
2027-05-06 20:00
2027-09-05 03:30
2028-03-02 12:00
2028-12-31 23:30
END
echo "Tests failed at:${failed:- no instant}"
[ -z "$failed" ]
