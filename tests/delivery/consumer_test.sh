#!/bin/bash
# A program outside the tree builds against the installed client library, with CMake and with pkg-config.
#   consumer_test.sh SOURCE_DIR BUILD_DIR CXX
set -euo pipefail
readonly source_dir=$1 build_dir=$2 cxx=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
readonly prefix=$folder/prefix
quiet() { "$@" >"$folder/log" 2>&1 || { cat "$folder/log"; echo "failed: $*"; exit 1; }; }

quiet cmake --install "$build_dir" --component client --prefix "$prefix"

# Public headers bring nothing of anybody else's.
if grep -rnE '#include +[<"](zmq|capnp|kj|boost|fmt|spdlog|nlohmann|date|toml)' "$prefix/include"; then
  echo "an installed header includes a third party's"
  exit 1
fi

# As CMake's users do: the examples are a project of their own.
quiet cmake -S "$source_dir/examples" -B "$folder/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$cxx"
quiet cmake --build "$folder/build" --parallel 2
said=$("$folder/build/recorder" 2>&1) && { echo "recorder without --out should fail"; exit 1; }
[[ $said == *"--out EDGES.csv"* ]] || { echo "recorder says: $said"; exit 1; }

# As everybody else does.
if ! command -v pkg-config >/dev/null; then
  echo "skipped: pkg-config is not installed"
  exit 77
fi
pc=$(find "$prefix" -name groundswell.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
cat >"$folder/own.cpp" <<'CPP'
#include <groundswell/client/fold.hpp>
#include <groundswell/client/tick_publisher.hpp>
#include <cstdio>
int main() {
  auto recording = groundswell::client::JournalReader::open("/nowhere/at/all");
  if (recording) return !groundswell::client::Fold::open(*recording);  // all that reads a configuration is linked
  const auto feed = groundswell::client::TickPublisher::open({.endpoint = "tcp://0.0.0.0:*"});
  std::printf("%d %d\n", recording.error().code == groundswell::client::ErrorCode::kNotFound,
              feed.error().code == groundswell::client::ErrorCode::kEndpoint);
}
CPP
read -r -a flags <<<"$(pkg-config --cflags --libs groundswell)"
quiet "$cxx" "$folder/own.cpp" -o "$folder/own" "${flags[@]}"
[[ $("$folder/own") == "1 1" ]] || { echo "the program built with pkg-config says: $("$folder/own")"; exit 1; }
echo "built and ran with CMake and with pkg-config"
