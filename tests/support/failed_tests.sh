#!/bin/sh
# failed_tests.sh LINES LOG…: prints the last LINES lines of every failed test's output in the logs of ctest runs.
set -eu
lines=$1
shift
awk -v limit="$lines" '
  function flush(  i) {
    if (name == "") return
    printf "\n--- %s\n", name
    if (count > limit) printf "(%d lines before)\n", count - limit
    for (i = count > limit ? count - limit : 0; i < count; i++) print line[i]
    name = ""
  }
  FNR == 1 { flush(); seen = 0; total = "" }
  /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / {
    split($1, position, "/")
    if (total == "") total = position[2]
  }
  /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / && position[1] == seen + 1 && position[2] == total {
    seen++
    flush()
    if (!/\*\*\*Skipped|\*\*\*Not Run \(Disabled\)/ && !/ Passed +[0-9.]+ sec/) { name = FILENAME ": " $0; count = 0 }
    next
  }
  /^ *Start +[0-9]+: |^[0-9]+% tests passed/ { flush(); next }
  name != "" { line[count++] = $0 }
  END { flush() }
' "$@"
