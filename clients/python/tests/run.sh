#!/bin/bash
# Installs the package as its users do, into a virtual environment of the build tree, and runs its tests, ruff and mypy there.
#   run.sh SOURCE_DIR BUILD_DIR PROGRAM
# What to test may be narrowed: PYTEST_ADDOPTS="-k gateways" tests/run.sh …
set -euo pipefail
readonly source_dir=$1 build_dir=$2 program=$3
readonly package=$source_dir/clients/python venv=$build_dir/python/venv prefix=$build_dir/python/client log=$build_dir/python/install.log
mkdir -p "$build_dir/python"

skip() {
  echo "skipped: $*"
  exit 77
}
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || skip "python3 is older than 3.11"
python3 -c 'import venv, ensurepip' 2>/dev/null || skip "python3 cannot make virtual environments (package python3-venv)"
python3 -c 'import sysconfig, pathlib, sys; sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())' || skip "no Python.h (package python3-dev)"

# pip_install ARGUMENTS…: without a package index there is nothing to test with; any other failure is one.
pip_install() {
  "$venv/bin/pip" install --disable-pip-version-check --quiet --retries 2 "$@" >"$log" 2>&1 && return
  tail -n 20 "$log"
  ! grep -qE 'Failed to establish a new connection|Temporary failure in name resolution|Max retries exceeded|ProxyError|Connection to .* timed out' "$log" ||
    skip "no package index can be reached"
  exit 1
}

# What the package needs, from its own words; anew when they change.
wanted=$(python3 - "$package/pyproject.toml" <<'PYTHON'
import sys
import tomllib

with open(sys.argv[1], "rb") as file:
    words = tomllib.load(file)
extras = words["project"]["optional-dependencies"].values()
print("\n".join([*words["build-system"]["requires"], *words["project"]["dependencies"], *(each for extra in extras for each in extra)]))
PYTHON
)
if [[ ! -x $venv/bin/pip || $wanted != "$(cat "$build_dir/python/installed" 2>/dev/null)" ]]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  mapfile -t requirements <<<"$wanted"
  pip_install "${requirements[@]}"
  printf '%s\n' "$wanted" >"$build_dir/python/installed"
fi

# Against the client library that is built already.
if ! cmake --install "$build_dir" --component client --prefix "$prefix" >"$log" 2>&1; then
  tail -n 20 "$log"
  exit 1
fi
groundswell_ROOT=$prefix pip_install --no-build-isolation --no-deps --force-reinstall "$package"

cd "$package"
export PATH=$venv/bin:$PATH GROUNDSWELL_SOURCE_DIR=$source_dir GROUNDSWELL_BINARY=$program PYTHONDONTWRITEBYTECODE=1
ruff check --no-cache --quiet .
ruff format --no-cache --check --quiet . || { echo "ruff format clients/python puts these files in order"; exit 1; }
mypy --cache-dir "$build_dir/python/mypy" src/groundswell tests/live tests/recordings/test_*.py
exec pytest -p no:cacheprovider --numprocesses 2 tests
