#!/bin/bash
# Instructions per tick of the fold, counted by callgrind: unlike a time, the same on a busy machine. Compares with instructions.baseline
# and fails above 1.03 times it; of another compiler than the baseline's, above one and a half times. After a change that is meant:
# instructions.sh WORKLOAD --update.
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
compiler=$(readelf --string-dump=.comment "$workload" | sed -n 's/^ *\[ *0\] *//p')
if [[ ${2:-} == --update ]]; then
  printf '%s\n%s\n' "$per_tick" "$compiler" >"$baseline"
  echo "fold: $per_tick instructions per tick, now the baseline"
  exit 0
fi
{ read -r expected && read -r compiler_then; } <"$baseline"
most=$((expected * 103 / 100))
[[ $compiler == "$compiler_then" ]] || most=$((expected * 3 / 2))
echo "fold: $per_tick instructions per tick over $ticks ticks; baseline $expected by $compiler_then, at most $most by $compiler"
((per_tick <= most))
