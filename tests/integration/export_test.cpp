// `groundswell export` as a process: the same bytes as `replay` where both write the same, every tick of the recording, and files that
// appear whole or not at all. What Arrow readers make of it: tests/data/export_arrow_test.cpp.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "config/calendar.hpp"
#include "journal/reader.hpp"
#include "pipeline/replay.hpp"
#include "support/process.hpp"

namespace groundswell::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Export : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    const Finished made = run({"simulate", "--history", recording(), "--history-sessions", "90", "--history-only", "-q"});
    ASSERT_EQ(made.code, 0) << made.err;
  }
  static void TearDownTestSuite() { delete folder_; }
  static Finished run(const std::vector<std::string>& words) { return run_program(*folder_, words); }
  static std::string recording() { return (*folder_ / "history.gsj").string(); }
  static std::string config() { return GROUNDSWELL_SOURCE_DIR "/config/groundswell.toml"; }
  static std::string path(const std::string& name) { return (*folder_ / name).string(); }
  static std::string exported(const std::string& format, const std::string& what, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"export", format, recording(), "--what", what, "-o", "-", "-q"};
    if (what != "ticks") words.insert(words.end(), {"-c", config()});
    words.insert(words.end(), more.begin(), more.end());
    const Finished finished = run(words);
    EXPECT_EQ(finished.code, 0) << finished.err;
    return finished.out;
  }
  static std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream all(text);
    for (std::string line; std::getline(all, line);) lines.push_back(line);
    return lines;
  }
  inline static TemporaryFolder* folder_ = nullptr;
};

TEST_F(Export, SignalsAndEventsAreTheBytesOfReplay) {
  ASSERT_EQ(run({"replay", recording(), "-c", config(), "-q", "--signals", path("s.csv"), "--events", path("e.jsonl")}).code, 0);
  const std::string signals = read_text(path("s.csv")), events = read_text(path("e.jsonl"));
  EXPECT_GT(lines_of(signals).size(), 100'000U);
  EXPECT_GT(lines_of(events).size(), 90U);
  EXPECT_TRUE(exported("csv", "signals") == signals);
  EXPECT_TRUE(exported("jsonl", "events") == events);
}

TEST_F(Export, WithAShadowToo) {
  std::string text = read_text(GROUNDSWELL_SOURCE_DIR "/config/baskets.toml");
  const std::size_t member = text.find("{ symbol = \"AMD\"");
  ASSERT_NE(member, std::string::npos);
  write_text(path("shadow.toml"), text.erase(member, text.find('\n', member) - member));
  const std::vector<std::string> shadow{"--set", "shadow.file='" + path("shadow.toml") + "'"};
  std::vector<std::string> words{"replay", recording(), "-c", config(), "-q", "--signals", path("s.csv"), "--events", path("e.jsonl")};
  words.insert(words.end(), shadow.begin(), shadow.end());
  ASSERT_EQ(run(words).code, 0);
  const std::string signals = read_text(path("s.csv"));
  EXPECT_THAT(signals, HasSubstr(",shadow\n"));
  EXPECT_TRUE(exported("csv", "signals", shadow) == signals);
  EXPECT_TRUE(exported("jsonl", "events", shadow) == read_text(path("e.jsonl")));
}

TEST_F(Export, OtherFormatsHoldTheSameValues) {
  const auto rows = lines_of(exported("csv", "signals", {"--only", "state,ad_pct"}));
  const auto objects = lines_of(exported("jsonl", "signals", {"--only", "state,ad_pct"}));
  ASSERT_EQ(rows.size(), objects.size() + 1);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const json o = json::parse(objects[i]);
    std::string flags;
    for (const json& flag : o["flags"]) flags += (flags.empty() ? "" : "|") + flag.get<std::string>();
    const std::string value = o["value"].is_null() ? "" : pipeline::number_text(o["value"].get<double>());
    ASSERT_EQ(rows[i + 1], fmt::format("{},{},{},{},{},{},{},{},{},{}", o["session"].get<std::string>(), o["ts_event"].dump(),
                                       o["clock"].get<std::string>(), o["scope"].get<std::string>(), o["signal"].get<std::string>(), value,
                                       o["validity"].get<std::string>(), o["n_valid"].dump(), o["n_members"].dump(), flags));
  }
  const auto events = lines_of(exported("csv", "events"));
  EXPECT_EQ(events.size(), lines_of(exported("jsonl", "events")).size() + 1);
  EXPECT_THAT(events.front(), testing::StartsWith("event_id,recording_id,universe,type,"));
}

TEST_F(Export, EveryTickOfTheRecording) {
  const auto objects = lines_of(exported("jsonl", "ticks"));
  auto reader = must(journal::Reader::open(recording()));
  const Catalog catalog = must(pipeline::recorded_catalog(reader));
  std::size_t place = 0;
  std::uint32_t session = 0;
  reader.rewind();
  while (const auto block = reader.next()) {
    if (block->type != journal::BlockType::kRecords) continue;
    std::uint64_t jseq = block->first_jseq;
    for (const Record& record : block->records()) {
      if (record.kind == RecordKind::kSessionRoll) session = record.roll.session;
      if (record.kind == RecordKind::kTick) {
        ASSERT_LT(place, objects.size());
        const json o = json::parse(objects[place++]);
        ASSERT_EQ(o["jseq"], jseq);
        ASSERT_EQ(o["ts_event"], record.tick.ts_event_ns);
        ASSERT_EQ(o["symbol"], catalog.symbols[record.tick.symbol]);
        ASSERT_EQ(o["size"], record.tick.size);
        ASSERT_EQ(std::llround(o["price"].get<double>() * 1e9), record.tick.price_e9);
        ASSERT_EQ(o["last_of_group"], (record.tick.flags & kFlagLast) != 0 ? 1 : 0);
        ASSERT_EQ(o["session"], config::format_date(session));
      }
      ++jseq;
    }
  }
  EXPECT_EQ(place, objects.size());
  EXPECT_EQ(lines_of(exported("csv", "ticks")).size(), objects.size() + 1);
}

TEST_F(Export, ChoosesRowsAndNotNumbers) {
  const auto all = lines_of(exported("csv", "signals", {"--only", "pct_above_sma_50"}));
  const std::string first = all[all.size() / 2].substr(0, 10), last = all[all.size() * 3 / 4].substr(0, 10);
  std::vector<std::string> between{all.front()};
  for (const std::string& row : all) {
    if (row[0] == '2' && row.substr(0, 10) >= first && row.substr(0, 10) <= last) between.push_back(row);
  }
  EXPECT_EQ(lines_of(exported("csv", "signals", {"--only", "pct_above_sma_50", "--from", first, "--to", last})), between);
  for (const std::string& row : lines_of(exported("jsonl", "ticks", {"--only", "NVDA,SPY", "--from", first, "--to", first}))) {
    const json tick = json::parse(row);
    EXPECT_TRUE(tick["symbol"] == "NVDA" || tick["symbol"] == "SPY");
    EXPECT_EQ(tick["session"], first);
  }
  EXPECT_EQ(lines_of(exported("jsonl", "ticks", {"--only", "NVDA,SPY", "--from", first, "--to", first})).size(), 8U);
  for (const std::string& row : lines_of(exported("jsonl", "events", {"--only", "COMMIT"}))) EXPECT_EQ(json::parse(row)["type"], "COMMIT");
}

TEST_F(Export, StoppedItLeavesNothing) {
  Program program(*folder_, {"export", "csv", recording(), "-c", config(), "--what", "signals", "-q", "-o", path("stopped.csv")});
  const auto is_writing = [&] { return fs::exists(path("stopped.csv.unfinished-" + std::to_string(program.id()))); };
  ASSERT_TRUE(wait_until([&] { return is_writing() || program.ended(); }));
  program.signal(SIGTERM);
  const Finished finished = program.finish();
  EXPECT_EQ(finished.code, fs::exists(path("stopped.csv")) ? 0 : 75) << finished.err;  // the signal may come too late
  EXPECT_FALSE(is_writing());
}

TEST_F(Export, AFileIsWholeOrNotThere) {
  const std::vector<std::string> words{"export", "arrow", recording(), "-o", path("ticks.arrow"), "--json"};
  const Finished made = run(words);
  EXPECT_EQ(made.code, 0) << made.err;
  const json report = json::parse(made.out);
  EXPECT_EQ(report["schema"], "groundswell.export/1");
  EXPECT_EQ(report["bytes"], fs::file_size(path("ticks.arrow")));
  const Finished again = run(words);
  EXPECT_EQ(again.code, 73);
  EXPECT_THAT(again.err, HasSubstr("ticks.arrow: exists already"));
  auto forced = words;
  forced.emplace_back("--force");
  EXPECT_EQ(run(forced).code, 0);

  const Finished wrong = run({"export", "csv", recording(), "-o", path("none.csv"), "--only", "NVDX"});
  EXPECT_EQ(wrong.code, 64);
  EXPECT_THAT(wrong.err, HasSubstr("'NVDX' is no symbol of the recording; did you mean NVDA?"));
  EXPECT_EQ(run({"export", "csv", recording(), "-o", path("none.csv"), "--what", "signals"}).code, 64);
  EXPECT_EQ(run({"export", "csv", recording(), "-o", path("none.csv"), "--clock", "live"}).code, 64);
  EXPECT_EQ(run({"export", "csv", recording(), "-o", path("none.csv"), "--from", "2026-02-01", "--to", "2026-01-01"}).code, 64);
  EXPECT_EQ(run({"export", "parquet", recording(), "-o", path("none.csv")}).code, 64);
  EXPECT_EQ(run({"export", "csv", path("none.gsj"), "-o", path("none.csv")}).code, 66);
  EXPECT_EQ(run({"export", "csv", recording(), "-o", path("no/folder.csv")}).code, 73);
  const Finished device = run({"export", "csv", recording(), "-o", "/dev/null", "--force"});
  EXPECT_EQ(device.code, 73);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  for (const auto& entry : fs::directory_iterator(folder_->path())) {
    EXPECT_EQ(entry.path().string().find("none.csv"), std::string::npos) << "left behind: " << entry.path();
    EXPECT_EQ(entry.path().string().find("unfinished"), std::string::npos) << "left behind: " << entry.path();
  }
}

}  // namespace
}  // namespace groundswell::test
