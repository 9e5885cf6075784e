// `groundswell explain` as a process: its numbers are those that `replay` writes, its members those of the event, and its errors say what
// to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

#include "console/words.hpp"
#include "support/loaded_process.hpp"

namespace groundswell::test {
namespace {

using testing::HasSubstr;

// A history in which the market falls and recovers, made once; its numbers and events as `replay` writes them.
class Explain : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    const Finished made =
        run({"simulate", "--history", recording(), "--history-sessions", "360", "--history-only", "--regime", "crash", "-q"});
    ASSERT_EQ(made.code, 0) << made.err;
    const Finished replayed = run({"replay", recording(), "-c", config(), "--signals", (*folder_ / "signals.csv").string(), "--events",
                                   (*folder_ / "events.jsonl").string(), "--clock", "close", "--only",
                                   "state,broadening,z21,pct_above_sma_50,d_rs,tgap_21,pct_outperf_63", "-q"});
    ASSERT_EQ(replayed.code, 0) << replayed.err;
    read();
  }
  static void TearDownTestSuite() { delete folder_; }

  static Finished run(const std::vector<std::string>& words) { return run_program(*folder_, words); }
  static Finished explain(const std::string& subject, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"explain", subject, recording(), "-c", config(), "-q"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  static json explained(const std::string& subject) {
    const Finished finished = explain(subject, {"--json"});
    EXPECT_EQ(finished.code, 0) << finished.err;
    const json document = json::parse(finished.out, nullptr, false);
    EXPECT_EQ(document["schema"], "groundswell.explain/1") << finished.out;
    return document;
  }
  static std::string recording() { return (*folder_ / "crash.gsj").string(); }
  static std::string config() { return GROUNDSWELL_SOURCE_DIR "/config/groundswell.toml"; }

  static void read() {
    std::istringstream rows(read_text(*folder_ / "signals.csv"));
    std::string line;
    while (std::getline(rows, line)) {
      std::vector<std::string> fields;
      std::istringstream split(line);
      for (std::string field; std::getline(split, field, ',');) fields.push_back(field);
      if (fields[3] == "thesis") values_[fields[0]][fields[4]] = fields[5];
    }
    std::istringstream lines(read_text(*folder_ / "events.jsonl"));
    while (std::getline(lines, line)) events_.push_back(json::parse(line));
  }
  // The sessions at which `state` was entered.
  static std::vector<std::string> entries(const std::string& state) {
    std::vector<std::string> sessions;
    std::string before = "0";
    for (const auto& [session, of] : values_) {
      const std::string& now = of.at("state");
      if (now == state && before != state) sessions.push_back(session);
      before = now;
    }
    return sessions;
  }
  inline static TemporaryFolder* folder_ = nullptr;
  inline static std::map<std::string, std::map<std::string, std::string>> values_;  // by session and signal, as written
  inline static std::vector<json> events_;
};

double number_of(const std::string& text) { return text.empty() ? std::nan("") : std::stod(text); }

TEST_F(Explain, StateIsExplainedByThePublishedNumbers) {
  ASSERT_FALSE(entries("6").empty()) << "a crash without BREAKING";
  const json document = explained("breaking");
  EXPECT_EQ(document["asked"], "BREAKING");
  EXPECT_EQ(document["entered"], true);
  EXPECT_EQ(document["session"], entries("6").back());
  const auto& published = values_.at(document["session"]);
  std::size_t compared = 0;
  for (const json& input : document["inputs"]) {
    if (input["signal"].is_null() || !published.contains(input["signal"])) continue;
    EXPECT_EQ(input["value"].get<double>(), number_of(published.at(input["signal"]))) << input;  // the same double
    ++compared;
  }
  EXPECT_EQ(compared, 5U);

  const json& enter = document["passages"][0];
  EXPECT_EQ(enter["state"], "BREAKING");
  EXPECT_EQ(enter["holds"], true);
  EXPECT_GE(enter["closes"], enter["needed"]);
  EXPECT_EQ(enter["ways"].size(), 3U);
  bool some_way_holds = false;
  for (const json& way : enter["ways"]) {
    bool holds = true;
    for (const json& condition : way) {
      holds &= condition["holds"].get<bool>();
      EXPECT_EQ(condition["short_by"].is_null(), condition["holds"].get<bool>() || condition["value"].is_null()) << condition;
      if (!condition["short_by"].is_null()) {
        const double distance = condition["value"].get<double>() - condition["bound"].get<double>();
        EXPECT_EQ(condition["short_by"].get<double>(), std::abs(distance));
      }
    }
    some_way_holds |= holds;
  }
  EXPECT_TRUE(some_way_holds);
}

TEST_F(Explain, SentencesRoundWhatTheDocumentHasToTheLastDigit) {
  const std::string text = explain("BREAKING").out;
  EXPECT_THAT(text, testing::Not(testing::ContainsRegex("[.][0-9]{7}"))) << text;
  const json document = explained("BREAKING");
  std::size_t long_ones = 0;
  for (const json& input : document["inputs"]) {
    if (!input["value"].is_number()) continue;
    long_ones += input["value"].dump().size() > 10;
    EXPECT_THAT(text, HasSubstr(console::rounded_text(input["value"]) + " ")) << input;
  }
  EXPECT_GE(long_ones, 5U);
}

TEST_F(Explain, MembersSumToTheChangeOfTheCount) {
  const json document = explained("BREAKING");
  const json& lane = document["moved"][0];
  ASSERT_EQ(lane["driver"], "above_sma_50");
  std::int64_t sum = 0;
  for (const json& part : lane["parts"]) sum += part["delta"].get<std::int64_t>();
  EXPECT_EQ(sum, lane["change"].get<std::int64_t>());
  EXPECT_LT(sum, 0);
  const auto at = [&](const char* key) { return number_of(values_.at(document[key]).at("pct_above_sma_50")); };
  EXPECT_EQ(at("baseline") < at("session"), sum > 0);
  const json& enter = document["passages"][0];
  const auto closes = std::distance(values_.find(document["baseline"]), values_.find(document["session"]));
  EXPECT_EQ(closes, enter["closes"].get<int>()) << "the baseline is the last close before the conditions held";
}

TEST_F(Explain, EveryEntryOfEveryState) {
  const std::vector<std::string> names{"UNKNOWN", "NEUTRAL", "NARROW", "BROADENING", "CONFIRMED", "DIVERGING", "BREAKING"};
  std::size_t checked = 0;
  for (std::size_t state = 1; state < names.size(); ++state) {
    const auto sessions = entries(std::to_string(state));
    if (sessions.empty()) {
      const Finished never = explain(names[state]);
      EXPECT_EQ(never.code, 66);
      EXPECT_THAT(never.err, testing::AllOf(HasSubstr(names[state] + " was not entered at the 360 closes"), HasSubstr("entered were: ")));
      continue;
    }
    const json document = explained(names[state] + "@" + sessions.front());
    EXPECT_EQ(document["session"], sessions.front());
    EXPECT_EQ(document["state"], names[state]);
    ++checked;
  }
  EXPECT_GE(checked, 3U);
}

TEST_F(Explain, AStateThatWasNotOn) {
  const std::string session = std::prev(values_.find(entries("6").back()))->first;
  const json document = explained("BREAKING@" + session);
  EXPECT_EQ(document["entered"], false);
  EXPECT_EQ(document["session"], session);
  EXPECT_NE(document["state"], "BREAKING");
  EXPECT_LT(document["passages"][0]["closes"], document["passages"][0]["needed"]);
  EXPECT_THAT(explain("BREAKING@" + session).out, testing::StartsWith("At the close of " + session + " the thesis was "));
  EXPECT_EQ(explained("UNKNOWN@" + values_.begin()->first)["state"], "UNKNOWN");
}

TEST_F(Explain, EventsByTheirIds) {
  std::map<std::string, json> by_type;
  for (const json& event : events_) by_type[event["type"]] = event;
  ASSERT_GE(by_type.size(), 5U);
  for (const auto& [type, event] : by_type) {
    const json document = explained(event["event_id"]);
    EXPECT_EQ(document["event"], event) << type;
    const bool has_rule = !event["trigger"].get<std::string>().empty();
    EXPECT_EQ(has_rule ? document["rule"]["name"] : json(""), event["trigger"]);
    EXPECT_EQ(document["means"].get<std::string>().empty(), false) << type;
  }
  const auto moved = std::find_if(events_.begin(), events_.end(), [](const json& event) {
    return event["trigger"].get<std::string>().starts_with("OSC_ZERO_CROSS") && !event["why"].empty();
  });
  ASSERT_NE(moved, events_.end());
  for (const json& event : {by_type.at("COMMIT"), *moved, by_type.at("STATE_CHANGE")}) {
    const std::string type = event["type"];
    const Finished text = explain(event["event_id"]);
    EXPECT_EQ(text.code, 0) << text.err;
    EXPECT_THAT(text.out, testing::StartsWith(type + " in " + event["scope"].get<std::string>()));
    for (const json& part : event["why"]) EXPECT_THAT(text.out, HasSubstr(part["symbol"].get<std::string>() + " ")) << type;
    if (event["value"].is_number()) {
      EXPECT_THAT(text.out, HasSubstr(" is " + console::rounded_text(event["value"].get<double>())));
    }
  }
  const json change = explained(by_type.at("STATE_CHANGE")["event_id"]);
  EXPECT_EQ(change["state"]["session"], change["event"]["session"]);
  EXPECT_EQ(change["state"]["entered"], true);
}

// Of a recording that an engine made, the events are those that it published: no fold is needed to find them.
TEST_F(LoadedProcess, PublishedEventsAreExplained) {
  start();
  watch(100);
  program_->signal(SIGTERM);
  ASSERT_EQ(finish().code, 0);
  const std::string recording = (folder_ / "recording").string();
  std::istringstream lines(run({"replay", recording, "--events", "-", "-q"}).out);
  std::map<std::string, json> by_type;
  for (std::string line; std::getline(lines, line);) {
    const json event = json::parse(line);
    by_type[event["type"]] = event;
  }
  EXPECT_TRUE(by_type.contains("HALT_MEMBER"));
  for (const auto& [type, event] : by_type) {
    const Finished finished = run({"explain", event["event_id"], recording, "--json"});
    ASSERT_EQ(finished.code, 0) << finished.err;
    EXPECT_EQ(json::parse(finished.out)["event"], event);
  }
}

TEST_F(Explain, IdsThatAreNone) {
  const std::string id = events_.front()["event_id"];
  EXPECT_EQ(explained(id.substr(0, 12))["event"]["event_id"], id);
  std::string other = id;
  other.back() = other.back() == '0' ? '1' : '0';
  const Finished unknown = explain(other);
  EXPECT_EQ(unknown.code, 66);
  EXPECT_THAT(unknown.err,
              testing::AllOf(HasSubstr("no event of the recording has the id " + other), HasSubstr("next to it"), HasSubstr(id)));
  const Finished several = explain(id.substr(0, 1));
  EXPECT_EQ(several.code, 65);
  EXPECT_THAT(several.err, HasSubstr("events begin with " + id.substr(0, 1) + "; write more of it"));
}

TEST_F(Explain, WordsThatAreWrong) {
  const Finished near = explain("BREAKNG");
  EXPECT_EQ(near.code, 64);
  EXPECT_THAT(near.err, HasSubstr("did you mean BREAKING?"));
  EXPECT_EQ(explain("BREAKING@2026-13-01").code, 64);
  const Finished weekend = explain("BREAKING@2026-11-15");
  EXPECT_EQ(weekend.code, 66);
  EXPECT_THAT(weekend.err, testing::AllOf(HasSubstr("is no session"), HasSubstr("2026-11-13 and 2026-11-16")));
  const Finished nowhere = run({"explain", "BREAKING", (*folder_ / "none.gsj").string()});
  EXPECT_EQ(nowhere.code, 66);
  const Finished no_universe = run({"explain", "BREAKING", recording()});
  EXPECT_EQ(no_universe.code, 64);
  EXPECT_THAT(no_universe.err, HasSubstr("--universe"));
  std::string bytes = read_text(recording());
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_text(*folder_ / "damaged.gsj", bytes);
  EXPECT_EQ(run({"explain", "BREAKING", (*folder_ / "damaged.gsj").string(), "-c", config()}).code, 65);
}

}  // namespace
}  // namespace groundswell::test
