#!/bin/sh
# Makes .venv as requirements.txt says, unless it is so already. Takes the Python to use (found by itself if none).
set -eu

works='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
python=${1:-}
if [ -z "$python" ]; then
    # First the one there is: another shell's python3 is no reason to pull .venv from under a stack that runs.
    for candidate in .venv/bin/python python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c "$works" 2>/dev/null; then python=$candidate; break; fi
    done
fi
if [ -z "$python" ] || ! "$python" -c "$works" 2>/dev/null; then
    python=${python:-python3}
    found=$("$python" --version 2>/dev/null || echo "not there")
    echo "Python 3.11, 3.12 or 3.13 is needed; $python is $found." >&2
    echo "Install one and, if it is not python3, name it: make PYTHON=/path/to/python3.12 …" >&2
    exit 1
fi

# The interpreter behind an activated environment: that environment may be the one to be made anew.
python=$("$python" -c 'import sys; print(sys._base_executable)')
mkdir -p "$TMPDIR"
made_with=$("$python" --version)' in '$(pwd)
wanted="$made_with
$(cksum requirements.txt pyproject.toml local/setup.sh)"
if [ "$(cat .venv/made_from 2>/dev/null)" = "$wanted" ]; then exit 0; fi

if [ "$(head -n 1 .venv/made_from 2>/dev/null)" != "$made_with" ]; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt install python$version-venv" >&2
        exit 1
    fi
    rm -rf .venv
    "$python" -m venv .venv
fi
rm -f .venv/made_from

echo "Setting up .venv …"
pip="-m pip --quiet --disable-pip-version-check"
# uv itself is one of the packages of the lock, and is taken by its hash too.
awk '/^[a-z]/ { is_uv = /^uv==/ } is_uv' requirements.txt > "$TMPDIR/uv.txt"
.venv/bin/python $pip install --require-hashes --requirement "$TMPDIR/uv.txt"
# uv has settings of its own and does not read pip's; where only pip was told of an index, tell uv the same.
if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}${UV_CONFIG_FILE:-}" ]; then
    index=${PIP_INDEX_URL:-$(.venv/bin/python $pip config get global.index-url 2>/dev/null || true)}
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX="$index"; fi
fi
# The machine's certificates, where it has some: a company's own authority is among them.
for store in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
    if [ -s "$store" ]; then export UV_SYSTEM_CERTS=true; fi
done
# Nothing is compiled beforehand: what is used is compiled at its first use, and kept, and that is a small part.
# Then the project itself, in place: Airflow finds its connection types through the installed entry point.
itself="install --quiet --no-deps --no-build-isolation --editable ."
if .venv/bin/python -m uv pip sync --quiet --python .venv requirements.txt; then
    .venv/bin/python -m uv pip $itself --python .venv
else
    echo "uv could not install the packages; trying with pip, which knows other settings and takes longer …" >&2
    .venv/bin/python $pip install --no-deps --requirement requirements.txt
    .venv/bin/python -m pip $itself
fi
echo "$wanted" > .venv/made_from
