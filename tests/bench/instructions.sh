#!/bin/bash
# Instructions per tick of the fold, counted by callgrind: unlike a time, the same on a busy machine. Compares with instructions.baseline
# and fails above one and a half times it. After a change that is meant: instructions.sh WORKLOAD --update.
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
ticks=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$output" \
  --collect-atstart=no '--toggle-collect=groundswell::bench::WarmFold::play()' "$workload")
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
printf 'fold: %d instructions per tick over %d ticks; baseline %d, ratio %d.%02d\n' \
  "$per_tick" "$ticks" "$expected" $((percent / 100)) $((percent % 100))
if ((percent > 150)); then
  echo "more than one and a half times the baseline"
  exit 1
fi
