#!/bin/bash
# run.sh SOURCE PROGRAM page|programs: the page of the console by itself, with a server that plays a script; or with the real programs,
# which leaves pictures of its screens in $GROUNDSWELL_PICTURES. Exit 77: it cannot be run here.
set -euo pipefail
readonly page=$1/clients/web
export GROUNDSWELL_SOURCE_DIR=$1 GROUNDSWELL_BINARY=$2
skip() {
  echo "skipped: $*"
  exit 77
}
command -v node >/dev/null || skip "node is not installed"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 18 || (a === 18 && b >= 18) ? 0 : 1)' ||
  skip "node is older than 18.18"
[[ -x ${CHROMIUM:-/usr/bin/chromium} ]] || skip "there is no chromium (package chromium)"
[[ -f $page/dist/index.html && -d $page/node_modules ]] || skip "the page is not built (./bootstrap.sh --with tests)"
cd "$page"
case $3 in
  page)
    npm run --silent check
    npx --no-install vitest run
    npm run --silent browser
    ;;
  programs) node --test --test-reporter=spec "$GROUNDSWELL_SOURCE_DIR/tests/browser/console.test.mjs" ;;
  *) exit 64 ;;
esac
