#!/bin/sh
# Makes .cache/bench as benchmarks/requirements.txt says, unless it is so already: the tools to compare with, apart
# from the product's own packages. Needs .venv.
set -eu

wanted="$(.venv/bin/python --version) $(cksum benchmarks/requirements.txt)"
if [ "$(cat .cache/bench/made_from 2>/dev/null)" = "$wanted" ]; then exit 0; fi

echo "Setting up .cache/bench …"
rm -rf .cache/bench
.venv/bin/python -m venv --without-pip .cache/bench
if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}${UV_CONFIG_FILE:-}" ]; then
    index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX="$index"; fi
fi
for store in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
    if [ -s "$store" ]; then export UV_SYSTEM_CERTS=true; fi
done
.venv/bin/python -m uv pip sync --quiet --python .cache/bench --compile-bytecode benchmarks/requirements.txt

echo "$wanted" > .cache/bench/made_from
