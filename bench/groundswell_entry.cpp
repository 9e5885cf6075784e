// Groundswell as an entry of the category benchmark: the fold with its full registry, fed from memory. bench/README.md says what an entry
// is.
#include <sys/mman.h>
#include <sys/resource.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/clock.hpp"
#include "base/durations.hpp"
#include "base/sha256.hpp"
#include "config/config.hpp"
#include "pipeline/fold.hpp"
#include "pipeline/setup.hpp"
#include "workload_files.hpp"

namespace groundswell::bench {
namespace {

constexpr std::array<const char*, 9> kSignals{"adv", "dec", "unch", "ad_pct", "pct_above_sma_20", "nh_252", "nl_252", "idx_ew", "rs_bmk"};
constexpr std::size_t kPerRecord = 8;  // the first of them: a benchmark's number waits for the step
constexpr const char* kUsage = "groundswell_entry WORKLOAD_DIR --mode e1|e2 [--interval-ms 1000] [--ticks N] [--out FILE.npy]\n";

struct Options {
  std::string folder, mode, out;
  std::uint64_t interval_ms = 1'000;
  std::size_t ticks = ~std::size_t{0};
};

std::optional<Options> parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!word.starts_with("--")) {
      options.folder = word;
      continue;
    }
    if (++i == argc) return std::nullopt;
    if (word == "--mode")
      options.mode = argv[i];
    else if (word == "--interval-ms")
      options.interval_ms = std::strtoull(argv[i], nullptr, 10);
    else if (word == "--ticks")
      options.ticks = std::strtoull(argv[i], nullptr, 10);
    else if (word == "--out")
      options.out = argv[i];
    else
      return std::nullopt;
  }
  if (options.folder.empty() || (options.mode != "e1" && options.mode != "e2") || options.interval_ms == 0) return std::nullopt;
  return options;
}

// The newest live number of each signal in each basket; NaN where there is none.
class Table final : public pipeline::Sink {
 public:
  Table(const pipeline::Fold& fold, std::size_t baskets)
      : values_(baskets * kSignals.size(), std::nan("")), column_(signal::signal_count(), kSignals.size()) {
    for (const signal::CatalogRow& row : fold.signals()) {
      for (std::size_t i = 0; i < kSignals.size(); ++i) {
        if (row.id == kSignals[i]) column_[row.index] = i;
      }
    }
    baskets_ = baskets;
  }
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override {
    if (batch.clock != Clock::kLive || batch.scope >= baskets_) return;  // baskets come first, in file order
    for (const Level& level : batch.levels) {
      const std::size_t column = column_[level.signal];
      if (column < kSignals.size()) values_[batch.scope * kSignals.size() + column] = level.present != 0 ? level.value : std::nan("");
    }
  }
  void on_edge(const Edge&, std::span<const Why>) noexcept override {}
  const double* row(std::size_t basket) const noexcept { return values_.data() + basket * kSignals.size(); }
  const std::vector<double>& values() const noexcept { return values_; }

 private:
  std::vector<double> values_;
  std::vector<std::size_t> column_;
  std::size_t baskets_;
};

class Entry {
 public:
  Entry(const WorkloadFiles& workload, const pipeline::FoldSetup& setup, std::uint64_t interval_ns)
      : workload_(workload), interval_ns_(interval_ns), fold_(setup), table_(fold_, workload.universe.baskets.size()) {
    for (const Record& record : workload.history) apply(record);
    Record roll = make_record(RecordKind::kSessionRoll, 0, 0);
    roll.roll = workload.roll;
    apply(roll);
  }

  // A row of (tick, basket, eight numbers) for each basket of each tick's symbol.
  void every_tick(std::vector<double>& out) {
    for (const Record& record : workload_.ticks) {
      apply(record);
      for (const std::uint32_t basket : workload_.baskets_of[record.tick.symbol]) {
        out.push_back(static_cast<double>(tick_no(record)));
        out.push_back(basket);
        out.insert(out.end(), table_.row(basket), table_.row(basket) + kPerRecord);
      }
    }
  }

  // The whole table at each step to the close.
  void bucketed(std::vector<double>& out) {
    auto next = workload_.ticks.begin();
    for (std::uint64_t step_ns = workload_.roll.open_ns + interval_ns_; step_ns <= workload_.roll.close_ns; step_ns += interval_ns_) {
      for (; next != workload_.ticks.end() && next->tick.ts_event_ns <= step_ns; ++next) apply(*next);
      apply(pulse_record(step_ns + 1));
      out.insert(out.end(), table_.values().begin(), table_.values().end());
    }
  }

 private:
  void apply(const Record& record) noexcept { fold_.apply(record, ++jseq_, table_); }
  const WorkloadFiles& workload_;
  std::uint64_t interval_ns_, jseq_ = 0;
  pipeline::Fold fold_;
  Table table_;
};

// As numpy does for the arrays of its users: a large one costs a few page faults instead of thousands.
void ask_for_huge_pages(void* memory, std::size_t bytes) noexcept {
  constexpr std::uintptr_t kPage = 4096;
  const std::uintptr_t first = (reinterpret_cast<std::uintptr_t>(memory) + kPage - 1) / kPage * kPage;
  const std::uintptr_t end = (reinterpret_cast<std::uintptr_t>(memory) + bytes) / kPage * kPage;
  if (end > first) static_cast<void>(::madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE));  // as well without
}

// numpy's own file format, version 1.0.
Result<void> write_npy(const std::string& path, const std::vector<double>& values, const std::string& shape) {
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 11, ' ');
  header += '\n';
  std::ofstream file(path, std::ios::binary);
  const char size[2] = {static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  file.write("\x93NUMPY\x01\x00", 8).write(size, 2) << header;
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(double)));
  if (!file.flush()) return fail(Exit::kIo, path + ": cannot be written");
  return {};
}

Result<void> run(const Options& options) {
  const std::int64_t began_ns = monotonic_clock_ns();
  auto config = config::config_for_universe(config::find_config_data("baskets.toml"));
  if (!config) return config.error();
  const auto calendar = config::Calendar::load(config::find_config_data("calendar/us_equities.csv"));
  if (!calendar) return calendar.error();
  auto workload = read_workload(options.folder, *calendar, options.ticks);
  if (!workload) return workload.error();
  const bool every_tick = options.mode == "e1";
  config->universe = workload->universe;
  config->triggers.clear();
  config->shares.clear();
  config->actions.clear();
  config->filings.clear();
  // Who wants the numbers of every record needs no steps between: those of a minute, the longest there are, are left.
  config->grid_step_ns = every_tick ? kMinuteNs : options.interval_ms * 1'000'000;
  config->live_scopes = config::LiveScopes::kBaskets;  // as everybody here
  config->emit = every_tick ? config::Emit::kRecord : config::Emit::kGrid;
  for (const char* const signal : kSignals) config->live_signals += std::string(signal) + " ";
  const auto setup = pipeline::fold_setup(*config, workload->symbols, {ConditionSet{}});
  if (!setup) return setup.error();
  Entry entry(*workload, *setup, config->grid_step_ns);

  const std::size_t baskets = workload->universe.baskets.size();
  const std::uint64_t steps = (workload->roll.close_ns - workload->roll.open_ns) / config->grid_step_ns;
  std::size_t rows = 0;
  for (const Record& record : workload->ticks) rows += workload->baskets_of[record.tick.symbol].size();
  std::vector<double> out;
  out.reserve(every_tick ? rows * (2 + kPerRecord) : steps * baskets * kSignals.size());
  ask_for_huge_pages(out.data(), out.capacity() * sizeof(double));
  const std::int64_t started_ns = monotonic_clock_ns(), cpu_started_ns = thread_clock_ns();
  if (every_tick)
    entry.every_tick(out);
  else
    entry.bucketed(out);
  const std::int64_t cpu_ns = thread_clock_ns() - cpu_started_ns, taken_ns = monotonic_clock_ns() - started_ns;

  Sha256 digest;
  digest.update(out.data(), out.size() * sizeof(double));
  const Sha256::Digest sum = digest.finish();
  if (!options.out.empty()) {
    const std::string shape = every_tick ? std::to_string(rows) + ", 10" : std::to_string(steps) + ", " + std::to_string(baskets) + ", 9";
    if (const auto written = write_npy(options.out, out, shape); !written) return written;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const nlohmann::json said{{"entry", "groundswell"},
                            {"version", "groundswell " GROUNDSWELL_VERSION},
                            {"mode", options.mode},
                            {"ticks", workload->ticks.size()},
                            {"ingest_seconds", static_cast<double>(started_ns - began_ns) / 1e9},
                            {"seconds", static_cast<double>(taken_ns) / 1e9},
                            {"cpu_seconds", static_cast<double>(cpu_ns) / 1e9},
                            {"peak_rss_bytes", static_cast<std::uint64_t>(usage.ru_maxrss) * 1024},
                            {"emissions", every_tick ? rows : steps * baskets},
                            {"digest", hex(sum.data(), sum.size())}};
  std::cout << said.dump() << '\n';
  return {};
}

}  // namespace
}  // namespace groundswell::bench

int main(int argc, char** argv) {
  const auto options = groundswell::bench::parse(argc, argv);
  if (!options) {
    std::cerr << groundswell::bench::kUsage;
    return static_cast<int>(groundswell::Exit::kUsage);
  }
  if (const auto done = groundswell::bench::run(*options); !done) {
    std::cerr << "groundswell_entry: " << done.error().message << '\n';
    return static_cast<int>(done.error().exit);
  }
  return 0;
}
