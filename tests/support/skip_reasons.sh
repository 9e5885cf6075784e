#!/bin/sh
# skip_reasons.sh LASTTEST.LOG: why tests of the last ctest run were skipped, each reason once with its count.
# A test says so by GTEST_SKIP() << reason, or by a line "skipped: reason".
set -eu
[ -f "$1" ] || exit 0
awk '
  /: Skipped$/ { getline; print; next }
  sub(/^skipped: /, "") { print }
' "$1" | sort | uniq -c | sed 's/^ *\([0-9]*\) \(.*\)/    skipped \1: \2/'
