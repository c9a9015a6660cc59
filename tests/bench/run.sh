#!/bin/sh
# Make what the bench needs, then run it: tests/bench/run.sh [--quick] [--peer NAME] [--rounds N]
set -eu
cd "$(dirname "$0")/../.."

fail() {
    echo "$1" >&2
    exit 2
}
tools() { command -v wrk && command -v taskset; } >/dev/null

[ -x .venv/bin/python ] || fail "The bench needs the bot's own environment: run make bench once, which makes it."
if ! tools && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing the packages wrk and util-linux." >&2
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends wrk util-linux >/dev/null; } || true
fi
tools || fail "The bench needs wrk 4 and taskset: install the packages wrk and util-linux."
[ "$(nproc)" -ge 2 ] || fail "The bench needs two cores: one for the bot, one for its callers."

# The services (uvloop) and Microsoft 365 Agents SDK live in an environment of their own.
wanted="$(sha256sum tests/bench/requirements.lock)"
if [ "$(cat .venv-bench/lock 2>/dev/null)" != "$wanted" ]; then
    echo "Making .venv-bench, the environment of the services and of one peer." >&2
    .venv/bin/python -m venv --clear .venv-bench
    .venv-bench/bin/python -m pip install -qq --require-hashes -r tests/bench/requirements.lock
    echo "$wanted" >.venv-bench/lock
fi

# The bridge's part and the rota's need no services; a look at one peer leaves them out.
case " $* " in
*" --peer "*) ;;
*" --quick "*) .venv/bin/python -m tests.bench.bridge --quick && .venv/bin/python -m tests.bench.rota --quick ;;
*) .venv/bin/python -m tests.bench.bridge && .venv/bin/python -m tests.bench.rota ;;
esac

.venv/bin/python -m tests.bench "$@"

# The flood, which says itself whether all was kept; a look at one peer leaves it out.
case " $* " in
*" --peer "*) ;;
*" --quick "*) exec .venv/bin/python -m tests.bench.flood --quick ;;
*) exec .venv/bin/python -m tests.bench.flood ;;
esac
