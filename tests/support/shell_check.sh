#!/bin/sh
# Every script of the project is clean under shellcheck. Exits 77 where shellcheck is absent.
set -eu
cd "$(dirname "$0")/../.."
command -v shellcheck >/dev/null || { echo "skipped: no shellcheck on this machine"; exit 77; }
shellcheck bootstrap.sh demo.sh test.sh .ci/run tests/support/*.sh
