#!/bin/sh
# Make what the bench needs, then run it: tests/bench/run.sh [--quick] [--peer NAME] [--rounds N]
set -eu
cd "$(dirname "$0")/../.."

if ! command -v wrk >/dev/null || ! command -v taskset >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && apt-get install -y -qq --no-install-recommends wrk util-linux >/dev/null
    else
        echo "The bench needs wrk 4 and taskset: install the packages wrk and util-linux." >&2
        exit 2
    fi
fi
if [ "$(nproc)" -lt 2 ]; then
    echo "The bench needs two cores: one for the bot, one for its callers." >&2
    exit 2
fi

# The services (uvloop) and Microsoft 365 Agents SDK live in an environment of their own.
wanted="$(sha256sum tests/bench/requirements.lock)"
if [ "$(cat .venv-bench/lock 2>/dev/null)" != "$wanted" ]; then
    .venv/bin/python -m venv --clear .venv-bench
    .venv-bench/bin/python -m pip install -qq --require-hashes -r tests/bench/requirements.lock
    echo "$wanted" >.venv-bench/lock
fi

exec .venv/bin/python -m tests.bench "$@"
