#include "bench/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <string>

#include "base/assert.hpp"
#include "bench/latency.hpp"
#include "bench/measure.hpp"
#include "bench/pieces.hpp"
#include "bench/workload.hpp"
#include "journal/reader.hpp"
#include "pipeline/replay.hpp"
#include "signal/catalog.hpp"

namespace groundswell::bench {
namespace {

constexpr std::size_t kRingRecords = 1'000'000;
constexpr std::size_t kDecodeTicks = 100'000;
constexpr std::size_t kSteps = 30;
constexpr std::size_t kRepeats = 1'000;  // of what is shorter than a microsecond
constexpr std::size_t kManySymbols = 10'000;
constexpr std::size_t kLongTicks = 4'000'000;  // 20 minutes of the usual workload
constexpr std::array<std::size_t, 4> kSubscribers{1, 4, 16, 64};
constexpr std::uint64_t kSubscribersRate = 1'000, kWiringsRate = 10'000;
constexpr WorkloadOptions kWide{.baskets = 60, .members_per_basket = 50, .history_sessions = 260, .ticks = 300'000, .rate = 20'000};

double per(double total, std::size_t count) { return total / static_cast<double>(count); }

class Measurement {
 public:
  explicit Measurement(Notice notice) : notice_(notice) {}

  Result<void> run() {
    const auto folder = TemporaryFolder::make();
    if (!folder) return folder.error();
    // First: a scheduler spreads the threads of a process that has just burnt a CPU, and waking another CPU costs a virtual machine dearly.
    if (const auto done = tick_to_edge(folder->path()); !done) return done;
    notice_("making the workload");
    auto usual = make_workload({});
    if (!usual) return usual.error();
    if (const auto done = fold(*usual); !done) return done;
    if (const auto done = wide_fold(); !done) return done;
    if (const auto done = basket_sizes(); !done) return done;
    if (const auto done = more_symbols(); !done) return done;
    if (const auto done = more_baskets(); !done) return done;
    if (const auto done = fewer_signals(*usual); !done) return done;
    ring();
    decode(*usual);
    if (const auto done = append(*usual, folder->path()); !done) return done;
    if (const auto done = replay(*usual, folder->path(), "replay"); !done) return done;
    auto longer = make_workload({.ticks = kLongTicks});
    if (!longer) return longer.error();
    return replay(*longer, folder->path(), "replay, 20 minutes of ticks");
  }
  std::vector<Figure> take() { return std::move(figures_); }

 private:
  void add(std::string name, double ours, double other, std::string other_name, std::string unit) {
    figures_.push_back({std::move(name), ours, other, std::move(other_name), std::move(unit)});
  }

  Result<void> wide_fold() {
    notice_("making a wide workload");
    const auto wide = make_workload(kWide);
    if (!wide) return wide.error();
    return fold(*wide);
  }

  Result<void> fold(const Workload& workload) {
    const std::string universe = std::to_string(workload.symbols.size()) + " symbols";
    notice_("fold, " + universe);
    const auto setup = fold_setup(workload);
    if (!setup) return setup.error();
    WarmFold fold(workload, *setup);
    BareLoop bare(workload.symbols.size());
    const double bare_ns = median_of_rounds([&] { return processor_ns([&] { bare.play(workload.ticks); }); });
    const std::string bare_loop = "last, high, low, volume, average prices";
    add("fold, " + universe, tick_ns(fold), per(bare_ns, fold.ticks()), bare_loop + " only", "ns/tick");
    const double read_ns = median_of_rounds([&] { return processor_ns([&] { read_all(workload.ticks); }); });
    add(bare_loop + ", " + universe, per(bare_ns, fold.ticks()), per(read_ns, fold.ticks()), "the records read, nothing done", "ns/tick");
    step_with_changes(fold, universe);
    step_without(fold, universe);
    return {};
  }

  // With every grid step that falls due, or all ticks in one moment between two.
  static double tick_ns(WarmFold& fold, bool with_steps = true) {
    const double all_ns = median_of_rounds([&] {
      fold.open_session();
      if (!with_steps) fold.stop_the_clock();
      return processor_ns([&] { fold.play(); });
    });
    return per(all_ns, fold.ticks());
  }

  struct Size {
    std::string name;
    WorkloadOptions options;
  };
  // Made-up universes, each beside the first.
  Result<void> as_they_grow(const std::vector<Size>& sizes, const std::string& first, bool with_steps) {
    double first_ns = 0.0;
    for (const auto& [name, options] : sizes) {
      notice_(name);
      const auto workload = make_workload(options);
      if (!workload) return workload.error();
      const auto setup = fold_setup(*workload);
      if (!setup) return setup.error();
      WarmFold fold(*workload, *setup);
      const double ns = tick_ns(fold, with_steps);
      if (first_ns == 0.0) first_ns = ns;
      add(name, ns, first_ns, first, "ns/tick");
    }
    return {};
  }
  Result<void> more_symbols() {
    std::vector<Size> sizes;
    for (const std::size_t members : {10UL, 50UL, 166UL})
      sizes.push_back({fmt::format("fold, {} symbols in 60 baskets", 60 * members),
                       {.baskets = 60, .members_per_basket = members, .history_sessions = 30, .ticks = 300'000, .rate = 20'000}});
    return as_they_grow(sizes, "the same with 600 symbols", true);
  }
  Result<void> more_baskets() {
    std::vector<Size> sizes;
    for (const std::size_t baskets : {3UL, 12UL, 60UL})
      sizes.push_back(
          {fmt::format("fold, {} baskets of 10 symbols", baskets), {.baskets = baskets, .members_per_basket = 10, .history_sessions = 30}});
    return as_they_grow(sizes, "the same with 3 baskets", true);
  }
  // A tick must not cost more in a large basket than in a small one: the same symbols, cut into ever larger baskets.
  Result<void> basket_sizes() {
    std::vector<Size> sizes;
    for (std::size_t members = 10; members <= kManySymbols; members *= 10)
      sizes.push_back(
          {fmt::format("tick, 10,000 symbols, baskets of {}", members),
           {.baskets = kManySymbols / members, .members_per_basket = members, .history_sessions = 30, .ticks = 200'000, .rate = 20'000}});
    return as_they_grow(sizes, "the same in baskets of 10", false);
  }

  Result<void> fewer_signals(const Workload& workload) {
    auto setup = fold_setup(workload);
    if (!setup) return setup.error();
    setup->triggers.clear();  // they look at signals of their own
    const auto rows = signal::signal_catalog(setup->universe, setup->book);
    const auto n_live =
        std::count_if(rows.begin(), rows.end(), [](const auto& row) { return (row.info->clocks & signal::kLiveOnly) != 0; });
    const std::vector<std::string> nine{"adv", "dec", "unch", "ad_pct", "pct_above_sma_20", "nh_252", "nl_252", "idx_ew", "rs_spy"};
    double all_ns = 0.0;
    for (const auto& ids : {std::vector<std::string>{}, nine, {"ad_pct"}}) {
      const std::size_t count = ids.empty() ? static_cast<std::size_t>(n_live) : ids.size();
      const std::string name = fmt::format("fold, {} symbols, {} signals live", workload.symbols.size(), count);
      notice_(name);
      setup->live_signals = ids;
      WarmFold fold(workload, *setup);
      const double ns = tick_ns(fold);
      if (ids.empty()) all_ns = ns;
      add(name, ns, all_ns, "the same, all signals live", "ns/tick");
    }
    return {};
  }

  // The levels that a step or a commit leaves are copied at least once: that is the floor of both.
  void step_with_changes(WarmFold& fold, const std::string& universe) {
    fold.open_session();
    const std::uint64_t levels_before = fold.levels();
    const double step_ns = median_of_rounds([&] {
      double taken_ns = 0.0;
      for (std::size_t i = 0; i < kSteps; ++i) {
        fold.move_every_symbol();
        taken_ns += processor_ns([&] { fold.next_step(); });
      }
      return per(taken_ns, kSteps);
    });
    const auto levels = static_cast<std::size_t>(fold.levels() - levels_before) / (kSteps * (kRounds + 1));
    const double copy_ns = repeated_ns([from = std::vector<Level>(levels, Level{}), to = std::vector<Level>(levels, Level{})]() mutable {
      std::memcpy(to.data(), from.data(), from.size() * sizeof(Level));
      keep(to[0]);
    });
    const double close_ns = median_of_rounds([&] {
      fold.open_session();
      fold.reach_close();
      return processor_ns([&] { fold.close_session(); });
    });
    const std::string floor = "copy of the step's " + std::to_string(levels) + " levels";
    add("grid step, all changed, " + universe, step_ns / 1e3, copy_ns / 1e3, floor, "us/step");
    add("closing commit, " + universe, close_ns / 1e3, copy_ns / 1e3, floor, "us/commit");
  }

  void step_without(WarmFold& fold, const std::string& universe) {
    fold.open_session();
    const double nothing_ns = repeated_ns([&] { fold.stand_still(); });
    const double step_ns = repeated_ns([&] { fold.next_step(); });
    add("grid step, nothing changed, " + universe, step_ns, nothing_ns, "a record that moves nothing", "ns/step");
  }

  // Of something too short to be measured once.
  template <class Work>
  static double repeated_ns(Work&& work) {
    return median_of_rounds([&] {
      return per(processor_ns([&] {
                   for (std::size_t i = 0; i < kRepeats; ++i) work();
                 }),
                 kRepeats);
    });
  }

  void ring() {
    notice_("ring");
    const double batched_ns = median_of_rounds([] { return ring_hop_ns(kRingRecords, 64); });
    const double single_ns = median_of_rounds([] { return ring_hop_ns(kRingRecords, 1); });
    const double cached_ns = median_of_rounds([] { return cached_ring_hop_ns(kRingRecords, 64); });
    add("ring hop, 64 at a time", per(batched_ns, kRingRecords), per(single_ns, kRingRecords), "one at a time", "ns/record");
    add("ring hop, 64 at a time", per(batched_ns, kRingRecords), per(cached_ns, kRingRecords), "a ring that caches positions", "ns/record");
  }

  void decode(const Workload& workload) {
    for (const std::size_t batch : {1UL, 16UL, 256UL}) {
      notice_("decode, batches of " + std::to_string(batch));
      EncodedTicks frames(std::span(workload.ticks).first(kDecodeTicks), batch);
      const double decode_ns = median_of_rounds([&] { return processor_ns([&] { frames.decode(); }); });
      const double copy_ns = median_of_rounds([&] { return processor_ns([&] { frames.copy(); }); });
      const std::string name = "decode, batches of " + std::to_string(batch);
      add(name, per(decode_ns, frames.ticks()), per(copy_ns, frames.ticks()), "memcpy of the frames", "ns/tick");
    }
  }

  Result<void> append(const Workload& workload, const std::filesystem::path& folder) {
    notice_("journal");
    Result<void> failed;
    const auto round = [&](auto&& work) {
      return median_of_rounds([&] {
        const Result<double> taken_ns = work(std::span<const Record>(workload.ticks), folder / "append.gsj");
        if (!taken_ns) failed = taken_ns.error();
        return taken_ns ? *taken_ns : 0.0;
      });
    };
    const std::size_t records = workload.ticks.size();
    const double ours_ns = round(append_ns);
    const double raw_ns = round(raw_write_ns);
    add("journal append, 64 at a time", per(ours_ns, records), per(raw_ns, records), "write() of the same bytes", "ns/record");
    return failed;
  }

  // The recording has just been written: it comes from the page cache, not from the disk.
  Result<void> replay(const Workload& workload, const std::filesystem::path& folder, const std::string& name) {
    notice_(name);
    const std::filesystem::path path = folder / (name + ".gsj");
    if (const auto written = write_recording(workload, path); !written) return written;
    auto recording = journal::Reader::open(path);
    if (!recording) return recording.error();
    const std::atomic<bool> stop{false};
    Result<void> failed;
    std::uint64_t ticks = 0;
    const double replay_ns = median_of_rounds([&] {
      pipeline::ReplayOptions options;
      options.quiet = true;
      const auto done = pipeline::replay(*recording, workload.config, options, nullptr, stop);
      if (!done) {
        failed = done.error();
        return 0.0;
      }
      ticks = done->fold.ticks;
      return done->seconds * 1e9;
    });
    if (!failed) return failed;
    const double read_ns = median_of_rounds([&] {
      recording->rewind();
      return elapsed_ns([&] {
        std::uint64_t last_ns = 0;
        while (const auto block = recording->next()) {
          if (block->type != journal::BlockType::kRecords) continue;
          for (const Record& record : block->records()) last_ns = std::max(last_ns, event_time_ns(record));
        }
        keep(last_ns);
      });
    });
    const auto million_per_second = [&](double taken_ns) { return static_cast<double>(ticks) / taken_ns * 1e3; };
    add(name, million_per_second(replay_ns), million_per_second(read_ns), "records read, nothing done", "M ticks/s");
    return {};
  }

  Result<void> tick_to_edge(const std::filesystem::path& folder) {
    notice_("tick to edge over tcp");
    const auto measured = measure_tick_to_edge(folder);
    if (!measured) return measured.error();
    add_latencies("tick to edge over tcp, ", *measured);
    for (const std::uint64_t rate : {10'000UL, 100'000UL, 500'000UL}) {
      const std::string name = fmt::format("tick to edge, {},000 ticks/s, ", rate / 1'000);
      const auto measured_at = open_loop(folder, name, rate, 1, config::Threads::kAuto);
      if (!measured_at) return measured_at.error();
      add_latencies(name, *measured_at);
    }
    for (const config::Threads threads : {config::Threads::kSingle, config::Threads::kFused, config::Threads::kStaged}) {
      const std::string name = fmt::format("tick to edge, 10,000 ticks/s, threads {}", config::threads_name(threads));
      const auto measured_with = open_loop(folder, name, kWiringsRate, 1, threads);
      if (!measured_with) return measured_with.error();
      add_median(name, *measured_with, "a bare relay of the same bytes");
    }
    for (const std::size_t subscribers : kSubscribers) {
      const std::string name = fmt::format("tick to edge, {} subscribers", subscribers);
      const auto measured_with = open_loop(folder, name, kSubscribersRate, subscribers, config::Threads::kAuto);
      if (!measured_with) return measured_with.error();
      add_median(name, *measured_with, "a bare relay with as many");
    }
    return {};
  }
  Result<TickToEdge> open_loop(const std::filesystem::path& folder, const std::string& name, std::uint64_t ticks_per_second,
                               std::size_t subscribers, config::Threads threads) {
    notice_(name + ", open loop");
    const std::filesystem::path own = folder / std::to_string(++open_loops_);
    std::error_code ignored;  // who cannot be written to says so
    std::filesystem::create_directory(own, ignored);
    return measure_open_loop(own, ticks_per_second, subscribers, threads);
  }
  void add_median(const std::string& name, const TickToEdge& measured, const char* other) {
    add(name, percentile(measured.ours_us, 50.0), percentile(measured.relay_us, 50.0), other, "us, p50");
  }
  void add_latencies(const std::string& name, const TickToEdge& measured) {
    for (const auto& [what, percent] : {std::pair{"p50", 50.0}, {"p99", 99.0}, {"p99.9", 99.9}, {"max", 100.0}}) {
      add(name + what, percentile(measured.ours_us, percent), percentile(measured.relay_us, percent), "a bare relay of the same bytes",
          "us");
    }
  }

  Notice notice_;
  int open_loops_ = 0;
  std::vector<Figure> figures_;
};

}  // namespace

Result<std::vector<Figure>> measure_all(Notice notice) {
  Measurement measurement(notice);
  if (const auto done = measurement.run(); !done) return done.error();
  return measurement.take();
}

}  // namespace groundswell::bench
