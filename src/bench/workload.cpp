#include "bench/workload.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "base/durations.hpp"
#include "journal/reader.hpp"
#include "pipeline/setup.hpp"
#include "simulate/simulator.hpp"
#include "simulate/tape_generator.hpp"

namespace groundswell::bench {
namespace {

constexpr std::uint32_t kSession = 20261120;
constexpr std::uint64_t kTicksStartNs = 1'800 * kSecondNs;  // after the open
constexpr std::int64_t kCentE9 = kPriceScale / 100;

void make_up_universe(const WorkloadOptions& options, Universe& universe) {
  universe.baskets.clear();
  for (std::size_t b = 0; b < options.baskets; ++b) {
    Basket basket{.id = fmt::format("basket_{}", b), .name = "", .wave = static_cast<Wave>(b % kWaveNames.size() + 1), .members = {}};
    for (std::size_t m = 0; m < options.members_per_basket; ++m) {
      basket.members.push_back({.symbol = fmt::format("S{}", b * options.members_per_basket + m)});
    }
    universe.baskets.push_back(std::move(basket));
  }
}

Record trade(std::uint32_t symbol, std::uint64_t time_ns, std::int64_t price_e9) {
  Tick tick{};
  tick.ts_event_ns = time_ns;
  tick.price_e9 = price_e9;
  tick.size = 100;
  tick.symbol = symbol;
  tick.action = Action::kTrade;
  tick.flags = kFlagLast;
  return tick_record(tick, 0, 1);
}

// The simulator writes its history as a recording; what is in it is the input here.
Result<std::vector<Record>> make_history(simulate::SimulatorOptions options) {
  const auto folder = TemporaryFolder::make();
  if (!folder) return folder.error();
  options.history_path = folder->path() / "history.gsj";
  if (const auto written = simulate::write_history(options); !written) return written.error();
  auto recording = journal::Reader::open(options.history_path);
  if (!recording) return recording.error();
  std::vector<Record> records;
  records.reserve(recording->info().records);
  while (const auto block = recording->next()) {
    if (block->type != journal::BlockType::kRecords) continue;
    records.insert(records.end(), block->records().begin(), block->records().end());
  }
  return records;
}

}  // namespace

Result<Workload> make_workload(const WorkloadOptions& options) {
  auto config = config::config_for_universe(config::find_config_data("baskets.toml"));
  if (!config) return config.error();
  auto calendar = config::Calendar::load(config::find_config_data("calendar/us_equities.csv"));
  if (!calendar) return calendar.error();
  if (options.baskets > 0) make_up_universe(options, config->universe);

  simulate::SimulatorOptions market;
  market.universe = config->universe;
  market.calendar = *calendar;
  market.seed = 7;
  market.rate = options.rate;
  market.session = kSession;
  market.history_sessions = options.history_sessions;

  Workload workload{.config = std::move(*config), .symbols = {}, .history = {}, .opening = {}, .ticks = {}};
  auto history = make_history(market);
  if (!history) return history.error();
  workload.history = std::move(*history);

  simulate::MarketModel model = simulate::make_model(market);
  workload.symbols = model.symbols();
  const config::SessionTimes times = calendar->times(kSession);
  workload.opening.push_back(roll_record(kSession, SessionMode::kLive, times.open_ns, times.close_ns, 0, times.final_ns));
  for (std::uint32_t symbol = 0; symbol < workload.symbols.size(); ++symbol) {
    workload.opening.push_back(trade(symbol, times.open_ns + 1, model.last_close_e9(symbol)));
  }
  simulate::TapeGenerator tape(model, times, {.seed = market.seed, .rate = options.rate, .start_ns = times.open_ns + kTicksStartNs});
  std::vector<Tick> ticks(options.ticks);
  ticks.resize(tape.next(ticks));
  workload.ticks.reserve(ticks.size());
  for (const Tick& tick : ticks) workload.ticks.push_back(tick_record(tick, 0, 1));
  return workload;
}

Result<pipeline::FoldSetup> fold_setup(const Workload& workload) {
  return pipeline::fold_setup(workload.config, workload.symbols, simulate::tape_condition_sets());
}

Result<void> write_recording(const Workload& workload, const std::filesystem::path& path) {
  auto writer = journal::Writer::create(path, {.recording_id = 1});
  if (!writer) return writer.error();
  const Catalog catalog{workload.symbols, simulate::tape_condition_sets(), {}, {}, {}};
  if (const auto done = writer->append_catalog(catalog); !done) return done.error();
  for (const std::vector<Record>* records : {&workload.history, &workload.opening, &workload.ticks}) {
    if (const auto done = writer->append(*records); !done) return done.error();
  }
  return writer->close();
}

WarmFold::WarmFold(const Workload& workload, const pipeline::FoldSetup& setup)
    : fold_(setup), opening_(workload.opening), ticks_(workload.ticks), grid_step_ns_(setup.grid_step_ns) {
  for (const Record& record : workload.history) apply(record);
}

void WarmFold::open_session() {
  SessionRoll& roll = opening_.front().roll;
  ++roll.session;
  for (std::uint64_t* time_ns : {&roll.open_ns, &roll.close_ns, &roll.final_ns}) *time_ns += kDayNs;
  for (std::size_t i = 1; i < opening_.size(); ++i) opening_[i].tick.ts_event_ns += kDayNs;
  for (Record& record : ticks_) record.tick.ts_event_ns += kDayNs;
  for (const Record& record : opening_) apply(record);
  now_ns_ = roll.open_ns + kTicksStartNs - grid_step_ns_;
  apply(pulse_record(now_ns_));  // the steps since the open are not part of what is measured
}

void WarmFold::play() {
  for (const Record& record : ticks_) apply(record);
}

void WarmFold::stop_the_clock() {
  for (Record& record : ticks_) record.tick.ts_event_ns = now_ns_;
}

void WarmFold::move_every_symbol() {
  up_ = !up_;
  for (std::size_t i = 1; i < opening_.size(); ++i) {
    const Tick& first = opening_[i].tick;
    apply(trade(first.symbol, now_ns_ + 1, first.price_e9 + (up_ ? kCentE9 : 2 * kCentE9)));
  }
}

void WarmFold::next_step() {
  now_ns_ += grid_step_ns_;
  apply(pulse_record(now_ns_ + 1));
}

void WarmFold::stand_still() { apply(pulse_record(now_ns_)); }

// The steps up to the close are not part of what a commit costs.
void WarmFold::reach_close() { apply(pulse_record(opening_.front().roll.close_ns + 1)); }
void WarmFold::close_session() { apply(pulse_record(opening_.front().roll.final_ns + 1)); }

Result<TemporaryFolder> TemporaryFolder::make() {
  std::error_code error;
  std::string name = (std::filesystem::temp_directory_path(error) / "groundswell-bench-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    return fail(Exit::kCannotCreate, "no folder for temporary files can be made; let TMPDIR name a folder that can be written");
  }
  return TemporaryFolder(name);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace groundswell::bench
