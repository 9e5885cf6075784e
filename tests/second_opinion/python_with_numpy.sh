#!/bin/sh
# python_with_numpy.sh SCRIPT ARGUMENTS…: runs a script by the first python3 that has numpy and tomllib; exit 77 where none has.
# The distribution's python3 has its packages, another one that is first in the path may not.
set -eu
for python in python3 /usr/bin/python3; do
  if "$python" -c 'import numpy, tomllib' 2>/dev/null; then
    exec "$python" -B "$@"
  fi
done
echo "skipped: no python3 of 3.11 or later with numpy"
exit 77
