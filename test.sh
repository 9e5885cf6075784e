#!/bin/bash
# Runs the tests. Every form prints `N passed, N failed, N skipped` as its very last line and fails when a test failed.
set -uo pipefail
cd "$(dirname "$0")" || exit 70
export LC_ALL=C.UTF-8

usage() {
  cat <<'TEXT'
Usage: ./test.sh [fast|core|data|bench|delivery|all|NAME] [--full]

  fast    unit and property tests of the release build, under three minutes
  core    every test that needs no real data, release build
  data    tests against real data ($GROUNDSWELL_DATA, else ../shared/data); skipped with a reason where it is absent
  bench   instruction counts against the baseline
  delivery
          late joiners, slow and hostile subscribers, kills: engine, relays and bots together
  --full  with the large figures (GROUNDSWELL_FULL=1), which may take hours; those of delivery take about 45 minutes
  all     the default: every test of the release build; core tests with clang++ and little optimization under the address and
          undefined-behaviour sanitizers, those with threads under the thread sanitizer; one digest from both compilers
  NAME    a preset (dev release clang asan tsan fuzz tidy), a ctest label, or a regular expression of test names (release build)

Logs are in build/test-logs/. GROUNDSWELL_TEST_MINUTES=N: what has not ended after N minutes is skipped, and said to be.
TEXT
}

readonly logs=build/test-logs
seconds_per_test=600  # --full: more
# For who kills a run that takes too long: what has not ended after so many minutes is skipped, and said to be.
readonly minutes=${GROUNDSWELL_TEST_MINUTES:-}
# The recording that every build must fold into the same digest. The only place with these command lines.
readonly golden_recording=$logs/golden.gsj
readonly -a make_golden=(build/release/groundswell simulate --history "$golden_recording" --history-only --seed 7)
readonly -a fold_golden=(replay "$golden_recording" --universe config/baskets.toml --speed max --digest)

passed=0 failed=0 skipped=0
failures=()      # "preset: what", for the end
transcripts=()   # logs with the output of failed tests

say() { printf '%s\n' "$*"; }
failure() {
  failed=$((failed + 1))
  failures+=("$1")
  say "  FAILED $1"
}
skip() {
  skipped=$((skipped + 1))
  say "  skipped: $1"
}

finish() {
  if ((failed > 0)); then
    say $'\nFailed:'
    printf '  %s\n' "${failures[@]}"
    ((${#transcripts[@]} == 0)) || tests/support/failed_tests.sh 60 "${transcripts[@]}"
  fi
  say "$passed passed, $failed failed, $skipped skipped"
  ((failed == 0)) || exit 1
  exit 0
}
trap 'failure "interrupted"; trap - EXIT; finish' INT TERM

# Runs a command, for as long as there is time; 124: it was stopped.
# Sanitized programs need room for their shadow memory: where randomized addresses may collide with it, switch that off.
steady() { # PRESET COMMAND…
  local preset=$1 left=$((${minutes:-0} * 60 - SECONDS))
  shift
  [[ -z $minutes ]] || set -- timeout "$((left > 1 ? left : 1))" "$@"
  case $preset in
    asan | tsan)
      if setarch "$(uname -m)" -R true 2>/dev/null; then
        setarch "$(uname -m)" -R "$@"
        return
      fi
      ;;
  esac
  "$@"
}

has_compiler() { # PRESET: of another compiler than the system's, is it there?
  case $1 in
    clang | asan | fuzz) command -v clang++-14 >/dev/null ;;
    tidy) command -v clang++-14 >/dev/null && command -v clang-tidy-14 >/dev/null ;;
  esac
}

targets_of() { cmake --build "build/$1" --target help | sed -n 's/^\([A-Za-z0-9_]*\): .*$/\1/p'; }

# build PRESET REGEX: configures when needed and builds the targets that match; an empty REGEX means everything.
build() {
  local preset=$1 wanted=$2 log=$logs/$1.build.log started=$SECONDS status=0
  if ! has_compiler "$preset"; then
    skip "preset $preset: its compiler is not installed"
    return 1
  fi
  : >"$log"
  if [[ ! -f build/$preset/build.ninja ]] && ! cmake --preset "$preset" >>"$log" 2>&1 </dev/null; then
    tail -n 20 "$log"
    failure "$preset: configuring ($log)"
    return 1
  fi
  local -a goals=()
  if [[ -n $wanted ]]; then
    # The list is asked for after ninja has looked for new files.
    cmake --build "build/$preset" --target build.ninja >>"$log" 2>&1
    mapfile -t goals < <(targets_of "$preset" | grep -E "$wanted")
    goals=(--target "${goals[@]}")
  fi
  steady "$preset" cmake --build "build/$preset" --parallel "$jobs" "${goals[@]}" >>"$log" 2>&1 </dev/null || status=$?
  if ((status == 124)); then
    skip "$preset: not built when the $minutes minutes of this run were over"
    return 1
  elif ((status != 0)); then
    awk '/^FAILED: /, 0' "$log" | cut -c -300 | head -n 40
    failure "$preset: building ($log)"
    return 1
  fi
  say "  built $preset in $((SECONDS - started)) s"
}

# run PRESET WHAT CTEST-ARGUMENTS…: runs the tests and adds up; returns 1 when none matched.
run() {
  local preset=$1 what=$2 started=$SECONDS
  local log=$logs/$1.${2//[^A-Za-z0-9]/_}.log
  shift 2
  # One more than there are cores: many tests wait most of their time.
  steady "$preset" ctest --test-dir "build/$preset" --parallel "$((jobs + 1))" --timeout "$seconds_per_test" \
    --output-on-failure "$@" >"$log" 2>&1 </dev/null
  local status=$? good bad left
  read -r good bad left < <(tests/support/count_tests.sh "$log")
  ((good + bad + left > 0)) || [[ $status != 0 ]] || return 1
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
  say "  $preset $what: $good passed, $bad failed, $left skipped in $((SECONDS - started)) s"
  ((left == 0)) || tests/support/skip_reasons.sh "build/$preset/Testing/Temporary/LastTest.log"
  if ((bad > 0)); then
    failures+=("$preset $what: $bad tests ($log)")
    transcripts+=("$log")
  elif [[ $status == 124 ]]; then
    skip "$preset $what: what had not ended when the $minutes minutes of this run were over"
  elif [[ $status != 0 ]]; then
    tail -n 20 "$log"
    failure "$preset $what: ctest stopped with $status ($log)"
  fi
  return 0
}

readonly own='^(unit|property|tidy|deploy)[.]'
readonly small='^(groundswell|(unit_.*|property)_test)$'
# Which targets a build makes of the tests; the sanitizers' also run these only.
declare -rA made=(
  [dev]=$small
  [clang]=$small
  [asan]='^(groundswell|(unit_.*|property|integration)_test)$'
  [tsan]='^(groundswell|(unit_(base|bench|client|feed|journal|pipeline|publish|relay|sequence|simulate|web)|integration)_test)$'
)
declare -rA run_by=(
  [asan]='^(unit|property)[.]|^integration[.](.*/)?(BadInput|Members|Playback|Security|Web)'  # computing, and what others may send
  [tsan]='^unit[.]|^integration[.](.*/)?(Feed|Live|Numbers|Process|Loaded|Recording|Reload|Restart|Security|Tail|Top|Threads|Watched|Web|Wiring|CheckAgainst)'  # threads
)

release_fast() {
  build release "$small" || return
  run release fast -L '^core$' -LE '^slow$' -R "$own" || failure "release: no tests found"
}
release_label() { build release "" && { run release "$1" -L "^$1\$" || skip "no test has the label $1"; }; }
release_all() { build release "" && { run release all || failure "release: no tests found"; }; }

# Another compiler or optimization: the arithmetic and what is published.
compiler() {
  build "$1" "${made[$1]}" || return
  run "$1" core -L '^core$' -LE '^slow$' -R '^(unit|property)[.]' || failure "$1: no tests found"
}

sanitizer() {
  build "$1" "${made[$1]}" || return
  # Whole sessions of the default universe take a sanitizer minutes, and show it nothing that shorter tapes do not.
  run "$1" core -L '^core$' -LE '^slow$' -R "${run_by[$1]}" -E 'Digest[.]|LongWindows|DefaultUniverse|Regimes' || failure "$1: no tests found"
}

fuzz() {
  [[ -f tests/fuzz/CMakeLists.txt ]] || { skip "no fuzz targets"; return; }
  build fuzz '^fuzz_all$' && { run fuzz fuzz -L '^fuzz$' || skip "no test has the label fuzz"; }
}

tidy() { build tidy "" && passed=$((passed + 1)); }

bench() {
  [[ -f tests/bench/CMakeLists.txt ]] || { skip "no benchmarks: tests/bench has no CMakeLists.txt"; return; }
  release_label bench
}

# One recording, one digest: of g++ with optimization and clang++ with little. The laws of the fold hold every build to that in tests/golden.
digest_across_builds() {
  rm -rf "$golden_recording"
  if ! timeout "$seconds_per_test" "${make_golden[@]}" >"$logs/golden.log" 2>&1 </dev/null; then
    tail -n 20 "$logs/golden.log"
    failure "digest across builds: ${make_golden[*]}"
    return
  fi
  local preset digest reference=
  for preset in release asan; do
    if [[ ! -x build/$preset/groundswell ]]; then
      skip "digest of $preset: not built"
      continue
    fi
    if ! digest=$(steady "$preset" timeout "$seconds_per_test" "build/$preset/groundswell" "${fold_golden[@]}"       2>"$logs/golden.$preset.log" </dev/null) || [[ -z $digest ]]; then
      tail -n 20 "$logs/golden.$preset.log"
      failure "digest of $preset: build/$preset/groundswell ${fold_golden[*]}"
    elif [[ -n $reference && $digest != "$reference" ]]; then
      failure "digest of $preset: $digest instead of $reference"
    else
      reference=$digest passed=$((passed + 1))
      say "  $preset digest: $digest"
    fi
  done
}

all() {
  release_all
  sanitizer asan
  sanitizer tsan
  digest_across_builds
}

# A name that is no form and no preset: a label if some test has it, else a regular expression of test names.
named() {
  build release "" || return
  if ctest --test-dir build/release --print-labels | grep -qxF "  $1"; then
    run release "$1" -L "^$1\$"
  elif ! run release "$1" -R "$1"; then
    failure "$1: no form, preset, label or test of this name (see ./test.sh --help)"
  fi
}

if [[ ${2:-} == --full ]]; then
  export GROUNDSWELL_FULL=1
  seconds_per_test=14400
  set -- "$1"
fi
(($# <= 1)) || { usage >&2; exit 64; }
case ${1:-all} in
  -h | --help) usage; exit 0 ;;
  -*) usage >&2; exit 64 ;;
esac
if ! ./bootstrap.sh --quiet --with tests --packages-only </dev/null; then
  failure "bootstrap: packages (build/bootstrap.log)"
  finish
fi
mkdir -p "$logs"
jobs=$(./bootstrap.sh --jobs)
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tests/support/tsan.supp

case ${1:-all} in
  all) all ;;
  fast) release_fast ;;
  core | data | delivery) release_label "$1" ;;
  bench) bench ;;
  release) release_all ;;
  dev | clang) compiler "$1" ;;
  asan | tsan) sanitizer "$1" ;;
  fuzz) fuzz ;;
  tidy) tidy ;;
  *) named "$1" ;;
esac
finish
