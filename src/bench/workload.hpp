// The input of the measurements: a universe, its past, and one live session, all made by the simulator's model and held in memory. The same
// options give the same records.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "groundswell/record.hpp"
#include "pipeline/fold.hpp"

namespace groundswell::bench {

struct WorkloadOptions {
  std::size_t baskets = 0;               // 0 = the universe that comes with the program; else this many, made up
  std::size_t members_per_basket = 50;   // of a made-up universe, every symbol in one basket
  std::uint32_t history_sessions = 260;  // more than the longest window
  std::size_t ticks = 500'000;           // of the live session
  double rate = 2'000;                   // mean trades per second of the session; about 1.6 times that where the ticks begin
};

struct Workload {
  config::Config config;
  std::vector<std::string> symbols;  // by dense id
  std::vector<Record> history;       // a roll, a bar per symbol and a pulse per session
  std::vector<Record> opening;       // the live session's roll, and one trade of every symbol right after the open
  std::vector<Record> ticks;         // from half an hour after the open, when every average price has warmed up
};

// Errors: 66 and 78 (configuration that comes with the program not found or not usable), those of a recording in the temporary folder.
Result<Workload> make_workload(const WorkloadOptions& options);
Result<pipeline::FoldSetup> fold_setup(const Workload& workload);
// history, opening and ticks as a closed recording at `path`. Errors: 73, 74.
Result<void> write_recording(const Workload& workload, const std::filesystem::path& path);

// Takes everything that the fold publishes, and counts it.
class CountingSink final : public pipeline::Sink {
 public:
  std::uint64_t levels = 0, edges = 0;
  void on_levels(const pipeline::LevelBatchView& batch) noexcept override { levels += batch.levels.size(); }
  void on_edge(const Edge&, std::span<const Why>) noexcept override { ++edges; }
};

// A fold that has taken in the history, and plays the live session any number of times, each a day after the one before.
class WarmFold {
 public:
  WarmFold(const Workload& workload, const pipeline::FoldSetup& setup);
  void open_session();    // before each play(): moves all times on by a day, rolls, trades once in every symbol
  void play();            // the session's ticks, with every grid step that falls due
  void stop_the_clock();  // before play(), after open_session(): all ticks happen now, between two steps. open_session() does not undo it
  // Single steps, after open_session() and instead of play().
  void move_every_symbol();  // a trade of every symbol, each at another price than its last
  void next_step();          // one grid step
  void stand_still();        // a record that moves nothing
  void reach_close();        // the last grid step, nothing traded on the way
  void close_session();      // the final commit
  std::size_t ticks() const noexcept { return ticks_.size(); }
  std::uint64_t levels() const noexcept { return sink_.levels; }
  const pipeline::FoldCounters& counters() const noexcept { return fold_.counters(); }

 private:
  void apply(const Record& record) noexcept { fold_.apply(record, ++jseq_, sink_); }
  pipeline::Fold fold_;
  CountingSink sink_;
  std::vector<Record> opening_, ticks_;
  std::uint64_t grid_step_ns_;
  std::uint64_t jseq_ = 0;
  std::uint64_t now_ns_ = 0;
  bool up_ = false;
};

// A new folder for files of the measurements, in $TMPDIR or /tmp; removed with all that is in it.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make();  // 73
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace groundswell::bench
