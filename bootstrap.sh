#!/bin/sh
# Installs what is missing and builds build/release/groundswell. Safe to run again: with nothing to do it takes a moment.
set -eu
cd "$(dirname "$0")"

usage() {
  cat <<'TEXT'
Usage: ./bootstrap.sh [OPTIONS]
Installs the missing packages of Debian 12, Debian 13 or Ubuntu 24.04 (sudo only when not root) and builds build/release/groundswell.

  --with tests      also what the tests need: clang 14, sanitizers, shellcheck, systemd-analyze, chromium; and the page of the console, promtool (whose package
                    brings the Prometheus server too)
  --packages-only   install, do not build
  --dry-run         say what would be done, change nothing
  --quiet           say only what takes time
  --jobs            print how many compilers this machine can run at once, and stop
  -h, --help        this text

The log is build/bootstrap.log.
Exit codes: 0 done, 64 usage, 69 packages not available, 70 the build failed, 77 neither root nor sudo.
TEXT
}

log=build/bootstrap.log
with_tests=no build=yes dry_run=no quiet=no

say() { printf '%s\n' "$*"; }
chat() { [ "$quiet" = yes ] || say "$@"; }
fail() {
  code=$1
  shift
  printf 'bootstrap: %s\n' "$*" >&2
  exit "$code"
}

# A translation unit takes up to 1.5 GiB: min(cores, RAM GiB / 1.5), at least 1.
jobs() {
  cores=$(nproc 2>/dev/null || echo 1)
  memory_kib=$(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
  fitting=$((${memory_kib:-0} / 1572864))
  [ "$fitting" -lt "$cores" ] || fitting=$cores
  [ "$fitting" -ge 1 ] || fitting=1
  echo "$fitting"
}

while [ $# -gt 0 ]; do
  case $1 in
    --with)
      [ "${2:-}" = tests ] || fail 64 "--with takes: tests"
      with_tests=yes
      shift
      ;;
    --packages-only) build=no ;;
    --dry-run) dry_run=yes ;;
    --quiet) quiet=yes ;;
    --jobs)
      jobs
      exit 0
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      fail 64 "unknown option $1"
      ;;
  esac
  shift
done

# Runs a command with its output in the log; on failure shows the end of the log and returns 1.
logged() {
  if [ "$dry_run" = yes ]; then
    say "would run: $*"
    return 0
  fi
  printf '+ %s\n' "$*" >>"$log"
  if "$@" >>"$log" 2>&1 </dev/null; then return 0; fi
  printf 'bootstrap: failed: %s\nThe last 20 lines of %s:\n' "$*" "$log" >&2
  tail -n 20 "$log" >&2
  return 1
}

# shellcheck source=/dev/null
system=$(. /etc/os-release 2>/dev/null && echo "${ID:-}-${VERSION_ID:-}") || system=unknown
case $system in
  debian-12) boost=libboost1.81-dev ;;   # its libboost-dev is 1.74
  *) boost=libboost-dev ;;
esac
packages="build-essential cmake ninja-build ccache pkg-config capnproto libcapnp-dev libzmq3-dev $boost libspdlog-dev libfmt-dev
  libtomlplusplus-dev libcli11-dev nlohmann-json3-dev libzstd-dev libarchive-dev libssl-dev libhowardhinnant-date-dev libflatbuffers-dev
  libncurses-dev prometheus-cpp-dev tzdata libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev zstd zip"
# Wanted, not needed: a newer system may no longer carry clang 14. The tests then say what they skip.
test_packages="python3 python3-dev python3-venv python3-numpy shellcheck systemd tmux chromium prometheus clang-14 libclang-rt-14-dev clang-tidy-14 clang-format-14 libfuzzer-14-dev"

case $system in
  debian-12 | debian-13 | ubuntu-24.04) ;;
  *)
    say "This script knows Debian 12, Debian 13 and Ubuntu 24.04; this is ${system%-}. Install the counterparts of:"
    # shellcheck disable=SC2086  # words
    printf '  %s\n' $packages
    say "and for the tests:"
    # shellcheck disable=SC2086
    printf '  %s\n' $test_packages
    say "with Boost 1.81, Cap'n Proto 0.9.2 and libzmq 4.3.4 or newer, then run: cmake --preset release && cmake --build --preset release"
    exit 69
    ;;
esac

installed() { # the packages of "$@" that are installed, one a line
  # shellcheck disable=SC2016  # dpkg's own variables
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p'
}
missing_of() {
  have=$(installed "$@" || true)
  for package in "$@"; do
    printf '%s\n' "$have" | grep -qxF "$package" || echo "$package"
  done
}
available() { apt-cache policy "$1" 2>/dev/null | grep -q '^  Candidate: [^(]'; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    logged env DEBIAN_FRONTEND=noninteractive "$@"
  else
    logged sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}
apt() { # mirrors and locks fail for a while: three tries
  for pause in 5 15 0; do
    if as_root apt-get -q -y -o DPkg::Lock::Timeout=120 "$@"; then return 0; fi
    [ "$pause" = 0 ] || { say "retrying in $pause s"; sleep "$pause"; }
  done
  return 1
}

install_missing() {
  # shellcheck disable=SC2086
  required=$(missing_of $packages)
  wanted=
  if [ "$with_tests" = yes ]; then
    # shellcheck disable=SC2086
    wanted=$(missing_of $test_packages)
  fi
  # A wanted package that this system does not carry is no reason to refresh the lists at every run.
  if [ -z "$required" ] && [ -n "$wanted" ] && [ "$(cat build/.unavailable 2>/dev/null)" = "$wanted" ]; then
    return 0
  fi
  [ -n "$required$wanted" ] || return 0
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    # shellcheck disable=SC2086
    fail 77 "not root and no sudo; as root, run: apt-get install" $required $wanted
  fi
  say "packages: refreshing the lists"
  apt update || fail 69 "apt-get update failed"
  unavailable=
  for package in $wanted; do
    if available "$package"; then required="$required $package"; else unavailable="$unavailable $package"; fi
  done
  for package in $required; do
    [ "$dry_run" = yes ] || available "$package" || fail 69 "no package $package in the package lists of this system"
  done
  # shellcheck disable=SC2086
  set -- $required
  if [ $# -gt 0 ]; then
    say "packages: installing $*"
    apt install --no-install-recommends "$@" || fail 69 "apt-get install failed"
  fi
  if [ -n "$unavailable" ]; then
    say "packages: this system does not have$unavailable; what needs them is skipped"
    # shellcheck disable=SC2086
    [ "$dry_run" = yes ] || printf '%s\n' $unavailable >build/.unavailable
  fi
}

# The console's page, which the program carries in it. One that is there and no older than its sources is used as it is.
page=clients/web
page_is_current() {
  [ -f $page/dist/index.html ] || return 1
  [ -z "$(find $page -name node_modules -prune -o -path $page/dist -prune -o -type f -newer $page/dist/index.html -print | head -n 1)" ]
}
node_is_new_enough() { # 18.18
  command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 18 || (a === 18 && b >= 18) ? 0 : 1)' 2>/dev/null
}
build_page() {
  [ -f $page/package.json ] || return 0
  if page_is_current; then return 0; fi
  if node_is_new_enough; then
    say "page: building $page"
    logged npm --prefix $page ci --no-audit --no-fund && logged npm --prefix $page run build && return 0
    say "page: not built (log: $log)"
  fi
  if [ -f $page/dist/index.html ]; then
    say "page: $page/dist is older than its sources; with Node 18.18 or newer on the path it is built anew"
  else
    say "page: the console gets none; with Node 18.18 or newer on the path, run ./bootstrap.sh again"
  fi
}

build_release() {
  if [ ! -f build/release/build.ninja ]; then # afterwards ninja itself knows when to configure anew
    chat "build: configuring"
    logged cmake --preset release || return 1
  fi
  count=$(jobs)
  if [ ! -x build/release/groundswell ]; then
    say "build: compiling build/release/groundswell, $count at a time (the first time takes some minutes; log: $log)"
  else
    chat "build: bringing build/release/groundswell up to date"
  fi
  logged cmake --build build/release --target groundswell --parallel "$count"
}

if [ "$dry_run" = no ]; then
  mkdir -p build
  : >"$log"
fi
install_missing
[ "$dry_run" = yes ] || chat "packages: complete"
if [ "$build" = yes ] || [ "$with_tests" = yes ]; then build_page; fi
if [ "$build" = yes ]; then
  build_release || fail 70 "the build failed; the whole log is $log"
fi
chat "Next: ./demo.sh for the live demonstration, ./test.sh for the tests, build/release/groundswell --help for everything."
