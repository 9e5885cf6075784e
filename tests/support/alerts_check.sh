#!/bin/sh
# The alert rules do what they say: promtool tries each with series of numbers.
set -eu
folder=$(cd "$(dirname "$0")/../../deploy/prometheus" && pwd)
command -v promtool >/dev/null || { echo "skipped: promtool is not installed (Debian package prometheus)"; exit 77; }
cd "$folder"
promtool check rules alerts.yml
promtool test rules alerts_test.yml
# Each alert is tried firing and quiet.
sed -n 's/^ *- alert: //p' alerts.yml | while read -r alert; do
  [ "$(grep -c "alertname: $alert" alerts_test.yml)" -ge 2 ] || { echo "alerts_test.yml does not try $alert both ways"; exit 1; }
done
