// A replay in a console shows exactly what live showed: at any moment of a recording its numbers are the last that `replay` writes until
// then, and its events those that the records until then have caused, however one came there.
#include "console/playback.hpp"

#include <fstream>
#include <sstream>

#include "support/engine_fixture.hpp"
#include "support/running_simulator.hpp"

namespace groundswell::test {
namespace {

using Rows = std::map<std::pair<std::string, std::string>, std::string>;  // scope and signal -> value,validity,n_valid,n_members,flags

class PlaybackTest : public ::testing::Test {
 protected:
  // The last minutes of a session, its commits, and five sessions before them.
  void SetUp() override {
    log_setup(LogFormat::kText, LogLevel::kError);
    const std::string history = (folder_ / "history.gsj").string();
    const std::string trigger =
        "[[trigger]]\ntype = 'TICK_EXTREME'\nsignal = 'tick_pct'\nscopes = ['baskets']\nenter = '|x| >= 50'\nexit = '|x| <= 25'\n";
    const fs::path written = write_config(folder_, {{"history.recording", "'" + history + "'"}}, pull_feed(folder_, "feed") + trigger);
    const config::Config config = must(config::load_config(written));
    simulate::SimulatorOptions market = last_minutes(folder_, config, 4, 60);
    ASSERT_TRUE(simulate::write_history(market).has_value());
    net::Context context;
    auto engine = must(pipeline::LiveEngine::start(context, config));
    market.exit_when_done = true;
    const std::atomic<bool> stop{false};
    static_cast<void>(must(simulate::run_simulator(context, market, stop)));
    recording_ = must(engine->stop()).recording;
    journal::Reader reader = must(journal::Reader::open(recording_));
    const auto recorded = must(pipeline::recorded_config(reader));
    static_cast<void>(must(pipeline::replay(
        reader, *recorded,
        {.signals_path = (folder_ / "signals.csv").string(), .events_path = (folder_ / "events.jsonl").string(), .quiet = true}, nullptr,
        stop)));
    reader.rewind();
    while (const auto block = reader.next()) {
      if (block->type == journal::BlockType::kRecords) records_.insert(records_.end(), block->records().begin(), block->records().end());
    }
  }
  void expect_as_replayed(const console::Playback& playback, std::uint64_t time_ns) {
    SCOPED_TRACE(time_ns);
    std::uint64_t jseq = 0, last_ns = 0;
    while (jseq < records_.size() && event_time_ns(records_[jseq]) <= time_ns) last_ns = std::max(last_ns, event_time_ns(records_[jseq++]));
    EXPECT_EQ(playback.at_ns(), last_ns);
    // Instants before the last record have run; that of its own time has not.
    Rows expected;
    std::map<std::pair<std::string, std::string>, std::pair<std::uint64_t, std::string>> newest;
    std::ifstream file(folder_ / "signals.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      std::vector<std::string> cells;
      std::stringstream parts(line);
      for (std::string cell; std::getline(parts, cell, ',');) cells.push_back(cell);
      cells.resize(10);
      const std::uint64_t ts = std::stoull(cells[1]);
      if (ts >= last_ns && jseq < records_.size()) continue;
      auto& [at, clock] = newest[{cells[3], cells[4]}];
      if (ts < at || (ts == at && clock == "close" && cells[2] == "live")) continue;
      at = ts;
      clock = cells[2];
      expected[{cells[3], cells[4]}] = cells[5] + "," + cells[6] + "," + cells[7] + "," + cells[8] + "," + cells[9];
    }
    const auto text_of = [](const console::Cell& cell) {
      return (cell.level.present != 0 ? pipeline::number_text(cell.level.value) : std::string()) + "," +
             std::string(kValidityNames[static_cast<std::size_t>(cell.level.validity)]) + "," + std::to_string(cell.level.n_valid) + "," +
             std::to_string(cell.level.n_members) + "," + pipeline::flags_text(cell.level.flags);
    };
    Rows shown;
    const console::Model& model = playback.model();
    for (std::uint16_t scope = 0; scope < model.scope_count(); ++scope) {
      for (std::uint16_t signal = 0; signal < model.signal_count(); ++signal) {
        const console::Cell& cell = model.cell(scope, signal);
        if (cell.told()) shown[{std::string(model.names().scope(scope)), std::string(model.names().signal(signal))}] = text_of(cell);
      }
    }
    for (const auto& [key, cell] : model.subjects())
      shown[{"symbol:" + std::string(model.names().symbol(key.first)), std::string(model.names().signal(key.second))}] = text_of(cell);
    EXPECT_FALSE(shown.empty());
    EXPECT_EQ(shown, expected);

    std::vector<std::string> events, shown_events;
    std::ifstream lines(folder_ / "events.jsonl");
    while (std::getline(lines, line)) {
      const std::size_t at = line.find("\"cause_jseq\":") + 13;
      if (std::stoull(line.substr(at)) <= jseq) events.push_back(line);
    }
    for (const console::Event& event : model.events()) shown_events.push_back(event.json);
    EXPECT_EQ(shown_events, events);
  }
  static bool go_on(double) { return true; }
  static console::Playback::Arrival must_arrive(const client::Result<console::Playback::Arrival>& arrival) {
    if (!arrival) throw std::runtime_error(arrival.error().message);
    return *arrival;
  }
  std::unique_ptr<console::Playback> play(const std::string& universe = {}) {
    auto opened = console::Playback::open(recording_, universe, go_on);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }

  TemporaryFolder folder_;
  std::string recording_;
  std::vector<Record> records_;
};

TEST_F(PlaybackTest, ShowsAtAnyMomentWhatLiveShowed) {
  const auto playback = play();
  const std::uint64_t begin = playback->begin_ns(), end = playback->end_ns(), span = end - begin;
  EXPECT_GT(begin, new_york(15, 55));
  ASSERT_GT(span, 60 * 1'000'000'000ULL);
  expect_as_replayed(*playback, begin);
  const auto seek = [&](std::uint64_t time_ns) {
    ASSERT_EQ(must_arrive(playback->seek(time_ns, go_on)), console::Playback::Arrival::kThere);
    expect_as_replayed(*playback, time_ns);
  };
  seek(begin + span / 3);
  seek(begin + span / 2);
  seek(begin + span / 5);      // back
  seek(begin + span / 5 + 1);  // hardly on
  seek(end);
  EXPECT_FALSE(playback->marks().empty());
  seek(begin);
  seek(begin + span * 4 / 5);
}

TEST_F(PlaybackTest, StepsFromEventToEventAndBack) {
  const auto playback = play();
  const std::vector<console::Mark>& marks = playback->marks();
  ASSERT_GT(marks.size(), 4U);
  const auto last_eseq = [&] { return playback->model().events().empty() ? 0 : playback->model().events().back().edge.eseq; };
  std::vector<std::uint64_t> forward, backward;
  for (int i = 0; i < 4; ++i) {
    static_cast<void>(must_arrive(playback->step(1, go_on)));
    forward.push_back(last_eseq());
    expect_as_replayed(*playback, playback->at_ns());
  }
  EXPECT_TRUE(std::is_sorted(forward.begin(), forward.end()));
  EXPECT_GE(forward.front(), marks.front().eseq);
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(must_arrive(playback->step(-1, go_on)));
    backward.insert(backward.begin(), last_eseq());
  }
  EXPECT_EQ(backward, std::vector<std::uint64_t>(forward.begin(), forward.end() - 1));
}

}  // namespace
}  // namespace groundswell::test
