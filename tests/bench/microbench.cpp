// The pieces of `groundswell bench` and a few smaller ones under google-benchmark, for work on one of them:
//   build/release/tests/groundswell_microbench --benchmark_filter=decode --benchmark_repetitions=5
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

#include "base/crc32c.hpp"
#include "bench/pieces.hpp"
#include "bench/workload.hpp"
#include "signal/ln.hpp"

namespace {

using namespace groundswell;

template <class T>
T or_exit(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(static_cast<int>(result.error().exit));
}

const bench::Workload& many_symbols() {
  static const bench::Workload workload = or_exit(
      bench::make_workload({.baskets = 60, .members_per_basket = 166, .history_sessions = 30, .ticks = 300'000, .rate = 20'000}));
  return workload;
}

const bench::Workload& usual_workload() {
  static const bench::Workload workload = or_exit(bench::make_workload({.ticks = 200'000}));
  return workload;
}

void items(benchmark::State& state, std::size_t per_iteration) {
  state.SetItemsProcessed(static_cast<std::int64_t>(per_iteration) * state.iterations());
}

void fold_of(benchmark::State& state, const bench::Workload& workload) {
  bench::WarmFold fold(workload, or_exit(bench::fold_setup(workload)));
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    fold.open_session();
    state.ResumeTiming();
    fold.play();
  }
  items(state, fold.ticks());
}
void fold(benchmark::State& state) { fold_of(state, usual_workload()); }
BENCHMARK(fold)->Unit(benchmark::kMillisecond);
void fold_10000_symbols(benchmark::State& state) { fold_of(state, many_symbols()); }
BENCHMARK(fold_10000_symbols)->Unit(benchmark::kMillisecond);

void fold_floor(benchmark::State& state) {
  bench::BareLoop bare(usual_workload().symbols.size());
  for ([[maybe_unused]] auto _ : state) bare.play(usual_workload().ticks);
  items(state, usual_workload().ticks.size());
}
BENCHMARK(fold_floor)->Unit(benchmark::kMillisecond);

void grid_step(benchmark::State& state) {
  bench::WarmFold fold(usual_workload(), or_exit(bench::fold_setup(usual_workload())));
  fold.open_session();
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    fold.move_every_symbol();
    state.ResumeTiming();
    fold.next_step();
  }
}
BENCHMARK(grid_step)->Iterations(5'000)->Unit(benchmark::kMicrosecond);

void closing_commit(benchmark::State& state) {
  bench::WarmFold fold(usual_workload(), or_exit(bench::fold_setup(usual_workload())));
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    fold.open_session();
    fold.reach_close();
    state.ResumeTiming();
    fold.close_session();
  }
}
BENCHMARK(closing_commit)->Iterations(200)->Unit(benchmark::kMicrosecond);

void decode(benchmark::State& state) {
  bench::EncodedTicks frames(std::span(usual_workload().ticks).first(50'000), static_cast<std::size_t>(state.range(0)));
  for ([[maybe_unused]] auto _ : state) frames.decode();
  items(state, frames.ticks());
}
BENCHMARK(decode)->Arg(1)->Arg(16)->Arg(256)->Unit(benchmark::kMicrosecond);

void decode_floor(benchmark::State& state) {
  bench::EncodedTicks frames(std::span(usual_workload().ticks).first(50'000), static_cast<std::size_t>(state.range(0)));
  for ([[maybe_unused]] auto _ : state) frames.copy();
  items(state, frames.ticks());
}
BENCHMARK(decode_floor)->Arg(1)->Arg(16)->Arg(256)->Unit(benchmark::kMicrosecond);

void ring(benchmark::State& state) {
  constexpr std::size_t kRecords = 200'000;
  const auto batch = static_cast<std::size_t>(state.range(0));
  for ([[maybe_unused]] auto _ : state) state.SetIterationTime(bench::ring_hop_ns(kRecords, batch) / 1e9);
  items(state, kRecords);
}
BENCHMARK(ring)->Arg(1)->Arg(16)->Arg(64)->UseManualTime()->Unit(benchmark::kMillisecond);

template <class Write>
void write_file(benchmark::State& state, Write write) {
  const auto folder = or_exit(bench::TemporaryFolder::make());
  const auto path = folder.path() / "append.gsj";
  for ([[maybe_unused]] auto _ : state) state.SetIterationTime(or_exit(write(usual_workload().ticks, path)) / 1e9);
  items(state, usual_workload().ticks.size());
}
void append(benchmark::State& state) { write_file(state, bench::append_ns); }
BENCHMARK(append)->UseManualTime()->Unit(benchmark::kMillisecond);

void append_floor(benchmark::State& state) { write_file(state, bench::raw_write_ns); }
BENCHMARK(append_floor)->UseManualTime()->Unit(benchmark::kMillisecond);

void ln(benchmark::State& state) {
  double x = 1.0;
  for ([[maybe_unused]] auto _ : state) {
    x = x > 2.0 ? x - 1.5 : x + 0.37;
    benchmark::DoNotOptimize(signal::ln(x));
  }
}
BENCHMARK(ln);

void crc32c_instruction(benchmark::State& state) {
  if (!crc32c_has_instruction()) {
    state.SkipWithError("this machine has no CRC32C instruction");
    return;
  }
  const auto bytes = std::as_bytes(std::span(usual_workload().ticks).first(1'024));
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(crc32c_by_instruction(bytes.data(), bytes.size(), 0));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * state.iterations());
}
BENCHMARK(crc32c_instruction);

void crc32c_table(benchmark::State& state) {
  const auto bytes = std::as_bytes(std::span(usual_workload().ticks).first(1'024));
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(crc32c_by_table(bytes.data(), bytes.size(), 0));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * state.iterations());
}
BENCHMARK(crc32c_table);

}  // namespace

BENCHMARK_MAIN();
