#!/bin/sh
# The demonstration: a simulated feed, the engine and its signals. Options go to `groundswell demo`.
set -eu
cd "$(dirname "$0")"
./bootstrap.sh --quiet >&2
exec build/release/groundswell demo "$@"
