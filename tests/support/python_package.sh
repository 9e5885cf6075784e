#!/bin/sh
# python_package.sh PACKAGE==VERSION FOLDER: prints the path of a Python that has the package, installed from the package index into a
# virtual environment in FOLDER the first time. Exit 1, with the reason as the last line on standard error, when that cannot be done.
set -eu
package=$1 folder=$2
python=$folder/bin/python
mkdir -p "${folder%/*}"
exec 9>"$folder.lock"
flock 9 # tests that run at once install once
if ! [ -f "$folder/.complete" ]; then
  command -v python3 >/dev/null || { echo "no python3" >&2; exit 1; }
  rm -rf "$folder"
  python3 -m venv "$folder" >/dev/null 2>&1 || { echo "python3 cannot make virtual environments; install python3-venv" >&2; exit 1; }
  "$python" -m pip --quiet --disable-pip-version-check --retries 1 --timeout 20 install --only-binary :all: --no-deps "$package" >&2 ||
    { echo "$package cannot be installed by pip" >&2; exit 1; }
  touch "$folder/.complete"
fi
echo "$python"
