#!/bin/bash
# run.sh SOURCE BUILD PROGRAM [page|programs]: the page in a browser, with a server that plays a script, and with the real programs.
# Exit 77: it cannot be run here.
set -euo pipefail
readonly page=$1/clients/web build=$2/browser program=$3
skip() {
  echo "skipped: $*"
  exit 77
}
command -v node >/dev/null || skip "node is not installed"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 18 || (a === 18 && b >= 18) ? 0 : 1)' ||
  skip "node is older than 18.18"
[[ -x /usr/bin/chromium ]] || skip "there is no /usr/bin/chromium (package chromium)"
[[ -f $page/dist/index.html ]] || skip "the page is not built (./bootstrap.sh --page)"
mkdir -p "$build"
export GROUNDSWELL_SOURCE_DIR=$1 GROUNDSWELL_BINARY=$program
cd "$page"
case ${4:-all} in
  page) exec npm run --silent browser ;;
  programs) exec node --test --test-reporter=spec "$1/tests/browser/console.test.mjs" ;;
esac
