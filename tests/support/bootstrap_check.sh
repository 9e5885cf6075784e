#!/bin/sh
# bootstrap.sh against a made-up package system: what it asks for, that it tries three times, and that it changes nothing when told so.
# Only --dry-run and --packages-only are run, on a copy: no package and no file of the project is touched.
set -eu
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$source_dir/bootstrap.sh" "$folder/"
mkdir "$folder/bin"
cd "$folder"
calls=$folder/calls
fake() { printf '#!/bin/sh\n%s\n' "$2" >"bin/$1" && chmod +x "bin/$1"; }
# shellcheck disable=SC2016  # texts of the stand-ins
{
  fake dpkg-query 'shift 3; for p; do [ "$p" = zip ] || echo "installed $p"; done'
  fake apt-cache 'printf "%s:\n  Candidate: 1\n" "$2"'
  fake apt-get 'echo "apt-get $*" >>"$CALLS"; case "$*" in *"$BREAK"*) exit 100 ;; esac'
  fake sudo 'exec "$@"'
}
fake sleep ':'
export CALLS="$calls" BREAK=nothing PATH="$folder/bin:$PATH"

expect() { # WHAT CONDITION…
  what=$1
  shift
  "$@" || { echo "bootstrap: $what"; cat "$folder/out" "$calls" 2>/dev/null || true; exit 1; }
}
# Each call counts from a clean slate.
bootstrap() { rm -f "$calls" && : >"$calls" && status=0 && ./bootstrap.sh "$@" >"$folder/out" 2>&1 || status=$?; }

bootstrap --dry-run --packages-only
if [ "$status" = 69 ] && grep -q 'This script knows' out; then
  expect "an unknown system gets the list of packages" grep -q '^  libzmq3-dev$' out
  echo "skipped: not a system that bootstrap.sh installs on"
  exit 77
fi
expect "a dry run succeeds" [ "$status" = 0 ]
expect "a dry run says what it would install" grep -q 'would run: .*install.* zip$' out
expect "a dry run calls nothing" [ ! -s "$calls" ]
expect "a dry run leaves no file" [ ! -e build ]

bootstrap --packages-only
expect "installing succeeds" [ "$status" = 0 ]
expect "only what is missing is installed" grep -q 'apt-get .*install --no-install-recommends zip$' "$calls"

BREAK=install bootstrap --packages-only
expect "a failed installation is reported" [ "$status" = 69 ]
expect "an installation is tried three times" [ "$(grep -c ' install ' "$calls")" = 3 ]

# shellcheck disable=SC2016
fake dpkg-query 'shift 3; for p; do echo "installed $p"; done'
bootstrap --packages-only --with tests
expect "with nothing to do it succeeds" [ "$status" = 0 ]
expect "with nothing to do no list is refreshed" [ ! -s "$calls" ]

bootstrap --nonsense
expect "an unknown option is a usage error" [ "$status" = 64 ]
echo "bootstrap: as promised"
