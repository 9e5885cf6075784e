#!/bin/sh
# The category benchmark: our entry, every peer and the oracle in one run, to bench/results/, docs/performance.md and
# docs/img/benchmark-*.svg.
set -eu
cd "$(dirname "$0")"

usage() {
  cat <<'TEXT'
Usage: ./bench.sh [--quick] [--only NAME]

  --quick      100 and 500 symbols on short tapes, one long day: some minutes. Without it the full sizes: many hours
  --only NAME  peers whose name contains NAME; writes no results
  -h, --help   this text

Needs Python 3.11, taskset, a network for the first run (the peers' packages, pinned, into build/bench/venv), Java 17 for Deephaven.
Exit codes: 0 done, 1 an output is not what the oracle says or ours did not run, 64 usage.
TEXT
}

only=no
for argument in "$@"; do
  if [ "$only" = next ]; then
    only=yes
    continue
  fi
  case $argument in
    --quick) ;;
    --only) only=next ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 64
      ;;
  esac
done
if [ "$only" = next ]; then
  usage >&2
  exit 64
fi

harness=build/bench/venv/harness/bin/python
PYTHONPATH=bench python3 -B -c 'import environments; environments.ensure("harness")'
status=0
"$harness" -B bench/run.py "$@" || status=$?
[ "$only" = yes ] || "$harness" -B bench/report.py
exit "$status"
