#!/bin/sh
# count_tests.sh LOG: prints "PASSED FAILED SKIPPED" of a ctest run's output.
# A test that could not run at all counts as failed; one that is disabled or skipped itself, as skipped.
# A result line carries the next number of the run, so that what a failed test printed is not taken for one.
set -eu
awk '
  /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / {
    split($1, position, "/")
    if (total == "") total = position[2]
    if (position[1] != seen + 1 || position[2] != total) next
    seen++
    if (/\*\*\*Skipped|\*\*\*Not Run \(Disabled\)/) skipped++
    else if (/ Passed +[0-9.]+ sec/) passed++
    else failed++
  }
  END { printf "%d %d %d\n", passed, failed, skipped }
' "$1"
