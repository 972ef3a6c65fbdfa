#!/bin/sh
# Makes .cache/hledger/usr/bin/hledger, unless the machine has an hledger or this one was made already. It is no Python
# package: Debian's is unpacked here, so that nothing is installed on the machine. Where that cannot be done, says so.
set -eu

if command -v hledger >/dev/null || [ -x .cache/hledger/usr/bin/hledger ]; then exit 0; fi
mkdir -p .cache/hledger/lists/partial
cd .cache/hledger

own="" # a folder for lists of packages, where the machine has none, or old ones
apt() { apt-get -qq ${own:+-o "Dir::State::lists=$own"} "$@"; }
fetch() { apt download hledger && dpkg -x hledger_*.deb .; }

if ! { fetch || { own="$PWD/lists" && apt update && fetch; }; } 2>log; then
    echo "hledger could not be fetched, so what needs it is left out: $(tail -n 1 log)"
fi
rm -rf lists
