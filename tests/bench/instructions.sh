#!/bin/bash
# Instructions per tick of the fold, counted by callgrind: unlike a time, the same on a busy machine. Compares with instructions.baseline and
# fails above one and a half times it. After a change that is meant: instructions.sh WORKLOAD --update.
set -euo pipefail
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
baseline=$here/instructions.baseline
workload=${1:?"usage: instructions.sh path/to/groundswell_fold_workload [--update]"}

if ! command -v valgrind >/dev/null; then
  echo "skipped: valgrind is not installed"
  exit 77
fi
output=$(mktemp)
trap 'rm -f "$output"' EXIT
ticks=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --collect-atstart=no '--toggle-collect=groundswell::bench::WarmFold::play()' \
  --log-file="$output" "$workload")
instructions=$(sed -n 's/.*Collected *: *\([0-9]*\).*/\1/p' "$output")
if [[ -z $instructions || $instructions == 0 ]]; then
  cat "$output"
  echo "callgrind counted nothing"
  exit 1
fi
per_tick=$((instructions / ticks))
if [[ ${2:-} == --update ]]; then
  echo "$per_tick" >"$baseline"
  echo "fold: $per_tick instructions per tick, now the baseline"
  exit 0
fi
expected=$(<"$baseline")
percent=$((per_tick * 100 / expected))
echo "fold: $per_tick instructions per tick over $ticks ticks; baseline $expected, ratio $((percent / 100)).$(printf %02d $((percent % 100)))"
if ((percent > 150)); then
  echo "more than one and a half times the baseline"
  exit 1
fi
