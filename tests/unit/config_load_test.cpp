#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "config/config.hpp"
#include "config/text_file.hpp"

namespace groundswell::config {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kSource = GROUNDSWELL_SOURCE_DIR;
constexpr std::string_view kBaskets =
    "version = \"1\"\nbenchmarks = { primary = \"SPY\" }\n[[basket]]\nid = \"a\"\nwave = \"compute\"\nmembers = [{ symbol = \"AAA\" }]\n";
constexpr std::string_view kConditions = "# version = 1\ncode,means,high_low,last,volume,vwap,print\n@,regular,Y,Y,Y,Y,\n";

// A folder with a small but whole configuration, gone after the test.
class Load : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "groundswell-config-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    write("baskets.toml", kBaskets);
    write("conditions/letters_utp.csv", kConditions);
    write("calendar/us_equities.csv", "date,kind,name\n2026-01-01,closed,x\n");
    write("groundswell.toml", "");
    unsetenv("GROUNDSWELL_HOME");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  Result<Config> load(std::string_view settings, const Overrides& overrides = {}) const {
    write("groundswell.toml", settings);
    return load_config(folder_ / "groundswell.toml", overrides);
  }
  // Findings with the name of the folder taken off; "" when there is none.
  std::string findings(std::string_view settings, const Overrides& overrides = {}) const {
    const Result<Config> config = load(settings, overrides);
    if (config.has_value()) return "";
    EXPECT_EQ(config.error().exit, Exit::kConfig);
    std::string message = config.error().message;
    const std::string prefix = folder_.string() + "/";
    for (std::size_t at = message.find(prefix); at != std::string::npos; at = message.find(prefix)) message.erase(at, prefix.size());
    return message;
  }
  fs::path folder_;
};

TEST_F(Load, ShippedFileHoldsTheDefaults) {
  const Result<Config> config = load_config(fs::path{kSource} / "config/groundswell.toml");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  Config defaults;
  defaults.triggers = config->triggers;  // the file ships some
  defaults.feeds = {{"market", "tcp://127.0.0.1:5555", FeedPattern::kSub, EndpointMode::kConnect}};
  EXPECT_EQ(print_effective(*config), print_effective(defaults));
  EXPECT_EQ(config->universe.baskets.size(), 15U);
  EXPECT_EQ(config->conditions.size(), 3U);
  EXPECT_EQ(config->calendar_path.filename(), "us_equities.csv");
  EXPECT_EQ(config->volume_curve.cumulative_e9.size(), 390U);
  ASSERT_EQ(config->files.size(), 6U);
  EXPECT_EQ(config->files[0].name + " " + config->files[1].name, "groundswell.toml baskets.toml");
  EXPECT_EQ(config->files[2].name, "volume_curve.csv");
  EXPECT_EQ(config->files[3].name, "conditions/flags_lean.csv");
}

TEST_F(Load, ShippedFileHoldsEveryKey) {
  Findings findings;
  const Node root = parse_toml(read_text(fs::path{kSource} / "config/groundswell.toml").value(), "groundswell.toml", findings);
  for (const std::string& key : known_keys()) {
    const std::size_t dot = key.find('.');
    const Node* section = find(root, key.substr(0, dot));
    ASSERT_NE(section, nullptr) << key;
    if (dot == std::string::npos) continue;
    if (const auto* array = std::get_if<Array>(&section->value)) section = &array->front();
    EXPECT_NE(find(*section, key.substr(dot + 1)), nullptr) << key;
  }
  EXPECT_EQ(known_keys().size(), 116U);
}

TEST_F(Load, DefaultsWhereNothingIsSet) {
  const Result<Config> config = load("");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(print_effective(*config), print_effective(Config{}));
  EXPECT_TRUE(config->feeds.empty());
  EXPECT_EQ(config->calendar_path, folder_ / "calendar/us_equities.csv");
}

constexpr std::string_view kEverything = R"(coverage = { min_members = 5, share = 0.75 }
[engine]
name = "gs-2"
[time]
source = "feed"
lateness = "20ms"
future_limit = "3s"
late_limit = "2m"
[grid]
step = "250ms"
[levels]
emit = "record"
signals = "ad_pct  rs_spy"
scopes = "baskets"
[publish]
endpoint = "ipc:///run/groundswell/signals"
[journal]
directory = "/var/lib/\"odd\" name\t"
recording = "r"
durability = "power"
segment_size = "64KiB"
[history]
recording = "h.gsj"
sessions = 5000
[universe]
file = "baskets.toml"
shares = "shares.csv"
actions = "actions.csv"
conditions = "conditions"
calendar = "calendar/us_equities.csv"
[log]
format = "journald"
level = "debug"
[coverage_by_signal]
zbt = { min_members = 9 }
nh_63 = { share = 1 }
[[feed]]
name = "a"
endpoint = "tcp://10.0.0.1:5555"
[[feed]]
name = "b"
endpoint = "tcp://127.0.0.1:*"
pattern = "pull"
mode = "bind"
)";

TEST_F(Load, EveryKeyIsRead) {
  write("shares.csv", "symbol,effective,float_shares\nAAA,2026-01-02,5\n"), write("actions.csv", "symbol,ex_session,type\n");
  const Result<Config> config = load(kEverything);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->node, "gs-2");
  EXPECT_EQ(config->time_source, TimeSource::kFeed);
  EXPECT_EQ(config->lateness_ns, 20'000'000U);
  EXPECT_EQ(config->future_limit_ns, 3'000'000'000U);
  EXPECT_EQ(config->late_limit_ns, 120'000'000'000U);
  EXPECT_EQ(config->grid_step_ns, 250'000'000U);
  EXPECT_EQ(config->emit, Emit::kRecord);
  EXPECT_EQ(config->live_signals, "ad_pct  rs_spy");
  EXPECT_EQ(config->live_scopes, LiveScopes::kBaskets);
  const auto members_and_share = [](const Coverage& coverage) { return std::pair(coverage.min_members, coverage.share_e4); };
  EXPECT_EQ(members_and_share(config->coverage), std::pair(5U, 7500U));
  EXPECT_EQ(members_and_share(config->coverage_by_signal.at("zbt")), std::pair(9U, 7500U));
  EXPECT_EQ(members_and_share(config->coverage_by_signal.at("nh_63")), std::pair(5U, 10'000U));
  EXPECT_EQ(config->publish_endpoint, "ipc:///run/groundswell/signals");
  EXPECT_EQ(config->journal_directory, "/var/lib/\"odd\" name\t");
  EXPECT_EQ(config->journal_recording, "r");
  EXPECT_EQ(config->durability, Durability::kPower);
  EXPECT_EQ(config->segment_bytes, 65'536U);
  EXPECT_EQ(config->history_recording, "h.gsj");
  EXPECT_EQ(config->history_sessions, 5000U);
  EXPECT_EQ(config->log_format, LogFormat::kJournald);
  EXPECT_EQ(config->log_level, LogLevel::kDebug);
  ASSERT_EQ(config->feeds.size(), 2U);
  EXPECT_EQ(config->feeds[0].endpoint, "tcp://10.0.0.1:5555");
  EXPECT_EQ(config->feeds[1].name, "b");
  EXPECT_EQ(config->feeds[1].pattern, FeedPattern::kPull);
  EXPECT_EQ(config->feeds[1].mode, EndpointMode::kBind);
  EXPECT_EQ(config->shares.size(), 1U);
  EXPECT_TRUE(config->actions.empty());
}

TEST_F(Load, TheEffectiveTextLoadsToTheSame) {
  write("shares.csv", "symbol,effective,float_shares\nAAA,2026-01-02,5\n");
  write("actions.csv", "symbol,ex_session,type\n");
  const Result<Config> config = load(kEverything);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  const std::string effective = print_effective(*config);
  const Result<Config> again = load(effective);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(print_effective(*again), effective);
  EXPECT_NE(effective, print_effective(Config{}));
}

TEST_F(Load, TextsOfARecordingRebuildIt) {
  write("shares.csv", "symbol,effective,float_shares\nAAA,2026-01-02,5\n");
  write("actions.csv", "symbol,ex_session,type,cash\nAAA,2026-01-02,cash,1.5\n");
  Overrides overrides;
  overrides.values["grid.step"] = "5s";
  overrides.values["coverage.min_members"] = "4";
  for (const Overrides& set : {Overrides{}, overrides}) {
    const Result<Config> config = load(kEverything, set);
    ASSERT_TRUE(config.has_value()) << config.error().message;
    const Result<Config> again = load_config_texts(config->files);
    ASSERT_TRUE(again.has_value()) << again.error().message;
    EXPECT_EQ(print_effective(*again), print_effective(*config));
    EXPECT_EQ(again->grid_step_ns, config->grid_step_ns);
    EXPECT_EQ(universe_symbols(again->universe), universe_symbols(config->universe));
    EXPECT_EQ(again->universe.version, config->universe.version);
    EXPECT_EQ(again->shares.at(0).float_shares, 5);
    EXPECT_EQ(again->actions.at(0).cash_e9, 1'500'000'000);
    for (const char* codes : {"@", "?", ""}) {
      EXPECT_EQ(eligibility_of(again->conditions, {'C', codes, ""}), eligibility_of(config->conditions, {'C', codes, ""}));
    }
    ASSERT_EQ(again->files.size(), config->files.size());
    for (std::size_t i = 0; i < again->files.size(); ++i) {
      EXPECT_EQ(again->files[i].name, config->files[i].name);
      EXPECT_EQ(again->files[i].text, config->files[i].text);
    }
  }
}

TEST_F(Load, TextsThatDoNotMakeAConfiguration) {
  EXPECT_EQ(load_config_texts({}).error().message,
            "baskets.toml:1:1: is missing; a configuration needs it\ngroundswell.toml:1:1: is missing; a configuration needs it");
  EXPECT_EQ(load_config_texts({{"groundswell.toml", ""}, {"baskets.toml", std::string{kBaskets}}, {"moon.csv", ""}}).error().message,
            "moon.csv:1:1: is no file of a configuration; a newer version of the program may know it");
  EXPECT_EQ(load_config_texts({{"groundswell.toml", ""}, {"baskets.toml", std::string{kBaskets}}, {"baskets.toml", std::string{kBaskets}}})
                .error()
                .message,
            "baskets.toml:1:1: is there twice; keep one");
}

TEST_F(Load, FlagBeforeEnvironmentBeforeFile) {
  const char* const environment[] = {"GROUNDSWELL_GRID__STEP=5s",
                                     "GROUNDSWELL_ENGINE__NAME=env",
                                     "GROUNDSWELL_HOME=/x",
                                     "HOME=/root",
                                     "GROUNDSWELL_COVERAGE__SHARE=0.5",
                                     "GROUNDSWELL_JOURNAL__RECORDING=2026-11-20",
                                     nullptr};
  const Overrides from_environment = overrides_from_environment(environment);
  EXPECT_EQ(from_environment.values.size(), 4U);
  EXPECT_EQ(from_environment.values.at("grid.step"), "5s");
  Overrides flags;
  flags.values["engine.name"] = "flag";
  const Overrides overrides = merge(flags, from_environment);
  const Result<Config> config = load("[engine]\nname = \"file\"\n[grid]\nstep = \"100ms\"\n[history]\nsessions = 7\n", overrides);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->node, "flag");
  EXPECT_EQ(config->grid_step_ns, 5'000'000'000U);
  EXPECT_EQ(config->history_sessions, 7U);
  EXPECT_EQ(config->coverage.share_e4, 5000U);
  EXPECT_EQ(config->coverage.min_members, 3U);
  EXPECT_EQ(config->journal_recording, "2026-11-20");
  EXPECT_EQ(config->files[0].text, print_effective(*config));
}

TEST_F(Load, OverrideFindingsNameTheirSource) {
  const char* const environment[] = {"GROUNDSWELL_TIME__SOURCE=moon", "GROUNDSWELL_GRID__STPE=1s", nullptr};
  EXPECT_EQ(findings("", overrides_from_environment(environment)),
            "environment GROUNDSWELL_GRID__STPE: unknown key 'grid.stpe'; did you mean 'step'?\n"
            "environment GROUNDSWELL_TIME__SOURCE: time.source = \"moon\" is unknown; choose wall, feed");
  Overrides flags;
  flags.values["history.sessions"] = "0";
  EXPECT_EQ(findings("", flags), "flag --set history.sessions: history.sessions is 0; choose 1 to 5000");
  flags.values = {{"engine.name.x", "1"}};
  EXPECT_EQ(findings("[engine]\nname = \"a\"\n", flags),
            "flag --set engine.name.x: 'engine.name.x' is no key: a part before its last dot is no table; `groundswell check "
            "--print-effective` lists the keys");
  flags.values = {{"engine.name", "a\"\n[time]\nsource = \"feed"}};
  EXPECT_NE(findings("", flags).find("is no name"), std::string::npos) << "a value stays one value";
}

TEST_F(Load, FeedsFromAFlag) {
  Overrides flags;
  flags.values["feed"] = R"([{ name = "x", endpoint = "ipc:///tmp/x" }])";
  const Result<Config> config = load("[[feed]]\nname = \"a\"\nendpoint = \"ipc:///a\"\n", flags);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  ASSERT_EQ(config->feeds.size(), 1U);
  EXPECT_EQ(config->feeds[0].name, "x");
}

TEST_F(Load, FindingsOfEachKey) {
  const auto expect = [&](std::string_view settings, std::string_view message) { EXPECT_EQ(findings(settings), message) << settings; };
  expect("[engine]\nname = \"a b\"\n", "groundswell.toml:2:8: 'a b' is no name; use 1 to 32 of A-Z a-z 0-9 _ -");
  expect("[time]\nsource = \"sun\"\n", "groundswell.toml:2:10: time.source = \"sun\" is unknown; choose wall, feed");
  expect("[time]\nlateness = \"2m\"\n", "groundswell.toml:2:12: time.lateness is 2m; choose 0ns to 1m");
  expect("[time]\nlate_limit = \"60sec\"\n",
         "groundswell.toml:2:14: time.late_limit = \"60sec\" is no duration; write a whole number with a unit: ns, us, ms, s, m, h");
  expect("[grid]\nstep = \"50ms\"\n", "groundswell.toml:2:8: grid.step is 50ms; choose 100ms to 1m");
  expect("[grid]\nstep = \"7s\"\n",
         "groundswell.toml:2:8: grid.step = 7s does not divide a minute; choose 100ms, 200ms, 250ms, 500ms, 1s, 5s, …");
  expect("[levels]\nemit = 1\n", "groundswell.toml:2:8: levels.emit is a whole number; write text in double quotes");
  expect("[publish]\nendpoint = \"tcp://0.0.0.0:5556\"\n",
         "groundswell.toml:2:12: 'tcp://0.0.0.0:5556': the engine binds loopback or ipc only; write ipc://PATH or tcp://127.0.0.1:PORT");
  expect("[journal]\ndurability = \"all\"\n", "groundswell.toml:2:14: journal.durability = \"all\" is unknown; choose process, power");
  expect("[journal]\nsegment_size = \"1KiB\"\n", "groundswell.toml:2:16: journal.segment_size is 1KiB; choose 64KiB to 16GiB");
  expect("[history]\nsessions = 6000\n", "groundswell.toml:2:12: history.sessions is 6000; choose 1 to 5000");
  expect("[log]\nlevel = \"warn\"\n", "groundswell.toml:2:9: log.level = \"warn\" is unknown; choose debug, info, warning, error");
  expect("[jornal]\n", "groundswell.toml:1:2: unknown key 'jornal'; did you mean 'journal'?");
  expect("time = 5\n", "groundswell.toml:1:8: time is a whole number; write a table");
  expect("coverage = { min_members = 0 }\n", "groundswell.toml:1:28: coverage.min_members is 0; choose 1 to 65535");
  expect("coverage = { share = 1.5 }\n", "groundswell.toml:1:22: coverage.share is 1.5; choose 0 to 1");
  expect("coverage = { share = 0.66667 }\n", "groundswell.toml:1:22: coverage.share has more than 4 decimals; round it");
  expect("coverage = { members = 3 }\n", "groundswell.toml:1:14: unknown key 'coverage.members'; the keys here are min_members, share");
  expect("[coverage_by_signal]\nZBT = { min_members = 3 }\n",
         "groundswell.toml:2:1: 'ZBT' is no signal id; `groundswell signals` lists them");
  expect("[coverage_by_signal]\nzbt = 3\n",
         "groundswell.toml:2:7: coverage_by_signal.zbt is a whole number; write a table: { key = value, … }");
  expect("[universe]\nfile = \"\"\n", "groundswell.toml:2:8: universe.file is empty; name the file of the baskets");
}

TEST_F(Load, FindingsOfFeeds) {
  const auto expect = [&](std::string_view settings, std::string_view message) { EXPECT_EQ(findings(settings), message) << settings; };
  expect("[[feed]]\nendpoint = \"ipc:///a\"\n", "groundswell.toml:1:1: a feed without name; add name = \"…\"");
  expect("[[feed]]\nname = \"\"\nendpoint = \"ipc:///a\"\n", "groundswell.toml:2:8: '' is no name; use 1 to 32 of A-Z a-z 0-9 _ -");
  expect("[[feed]]\nname = 5\nendpoint = \"ipc:///a\"\n", "groundswell.toml:2:8: feed.name is a whole number; write text in double quotes");
  expect("[[feed]]\nname = \"a\"\n", "groundswell.toml:1:1: a feed without endpoint; add endpoint = \"tcp://HOST:PORT\"");
  expect("[[feed]]\nname = \"a\"\nendpoint = \"10.0.0.1:5555\"\n",
         "groundswell.toml:3:12: '10.0.0.1:5555' is no endpoint; write tcp://HOST:PORT or ipc://PATH");
  expect("[[feed]]\nname = \"a\"\nendpoint = \"ipc:///a\"\npattern = \"push\"\n",
         "groundswell.toml:4:11: feed.pattern = \"push\" is unknown; choose sub, pull");
  expect("[[feed]]\nname = \"a\"\nendpoint = \"ipc:///a\"\nmode = \"listen\"\n",
         "groundswell.toml:4:8: feed.mode = \"listen\" is unknown; choose connect, bind");
  expect("[[feed]]\nname = \"a\"\nendpoint = \"ipc:///a\"\n[[feed]]\nname = \"a\"\nendpoint = \"ipc:///b\"\n",
         "groundswell.toml:5:8: feed 'a' is there already; give each feed its own name");
}

TEST_F(Load, FindingsOfFiles) {
  const auto expect = [&](std::string_view settings, std::string_view message) { EXPECT_EQ(findings(settings), message) << settings; };
  constexpr std::string_view kAbsent = "cannot be read: No such file or directory; name a file that exists and may be read";
  expect("[universe]\nfile = \"b.toml\"\n", "groundswell.toml:2:8: b.toml: " + std::string{kAbsent});
  expect("[universe]\nshares = \"s.csv\"\n", "groundswell.toml:2:10: s.csv: " + std::string{kAbsent});
  expect("[universe]\nactions = \"conditions\"\n",
         "groundswell.toml:2:11: conditions: cannot be read: Is a directory; name a file that exists and may be read");
  expect("[universe]\nconditions = \"calendar/x\"\n",
         "groundswell.toml:2:14: calendar/x: no SCHEME.csv in this folder; set [universe] conditions or GROUNDSWELL_HOME");
  expect("[universe]\ncalendar = \"c.csv\"\n", "groundswell.toml:2:12: c.csv: " + std::string{kAbsent});
  const Result<Config> absent = load_config(folder_ / "absent.toml");
  ASSERT_TRUE(absent.has_error());
  EXPECT_EQ(absent.error().exit, Exit::kNoInput);
}

TEST_F(Load, AllFindingsOfAllFilesAtOnce) {
  write("baskets.toml",
        "benchmarks = { primary = \"SPY\" }\n[[basket]]\nid = \"A\"\nwave = \"compute\"\nmembers = [{ symbol = \"AAA\" }, { symbol = "
        "\"AAA\" }]\n");
  write("shares.csv", "symbol,effective,float_shares\nZZZ,2026-01-02,5\nAAA,soon,0\n");
  write("conditions/letters_utp.csv", "# version = 1\ncode,means,high_low,last,volume,vwap,print\n@,regular,Y,Y,Y,?,\n");
  write("calendar/us_equities.csv", "date,kind,name\n2026-01-01,open,x\n");
  EXPECT_EQ(
      findings("[universe]\nshares = \"shares.csv\"\n[time]\nsuorce = \"wall\"\nlateness = 5\n"),
      "baskets.toml:3:6: bad basket id 'A'; use 1 to 64 of a-z 0-9 _\n"
      "baskets.toml:5:43: AAA is in basket 'A' already at that time; keep one or part their dates\n"
      "calendar/us_equities.csv:2:12: unknown kind 'open'; write closed or half\n"
      "conditions/letters_utp.csv:3:17: '?' is neither Y nor N; write one of them\n"
      "groundswell.toml:4:1: unknown key 'time.suorce'; did you mean 'source'?\n"
      "groundswell.toml:5:12: time.lateness is a whole number; write a whole number with a unit (ns, us, ms, s, m, h) in double quotes\n"
      "shares.csv:2:1: symbol 'ZZZ' is not in the universe; add it there or remove the row\n"
      "shares.csv:3:5: bad date 'soon'; write a real one as YYYY-MM-DD\n"
      "shares.csv:3:10: bad float_shares '0'; write a number above 0 and at most 10000000000000");
}

TEST_F(Load, BrokenSettingsDoNotHideTheUniverse) {
  write("baskets.toml", "benchmarks = { primary = \"SPY\" }\n");
  const std::string message = findings("[time\n");
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 1) << message;
  EXPECT_EQ(message.substr(0, 17), "baskets.toml:1:1:");
  EXPECT_NE(message.find("\ngroundswell.toml:1:6: "), std::string::npos) << message;
}

TEST_F(Load, UniverseAlone) {
  write("groundswell.toml", "this is not read");
  Result<Config> config = config_for_universe(folder_ / "baskets.toml");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_TRUE(config->shares.empty());
  EXPECT_EQ(config->conditions.size(), 1U);
  EXPECT_EQ(print_effective(*config), print_effective(Config{}));
  write("shares.csv", "symbol,effective,float_shares\nAAA,2026-01-02,5\n");
  write("actions.csv", "symbol,ex_session,type,cash\nAAA,2026-01-02,cash,1.5\n");
  config = config_for_universe(folder_ / "baskets.toml");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->shares.size(), 1U);
  EXPECT_EQ(config->actions.size(), 1U);
  const Result<Config> again = load_config_texts(config->files);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(print_effective(*again), print_effective(*config));
  EXPECT_EQ(config_for_universe(folder_ / "absent.toml").error().exit, Exit::kNoInput);
  EXPECT_NE(config_for_universe({}).error().message.find("GROUNDSWELL_HOME"), std::string::npos);
}

TEST_F(Load, DataIsSearchedInOrder) {
  fs::create_directories(folder_ / "home/config/conditions");
  ASSERT_EQ(setenv("GROUNDSWELL_HOME", (folder_ / "home").c_str(), 1), 0);
  EXPECT_EQ(find_config_data("conditions", folder_), folder_ / "conditions");
  EXPECT_EQ(find_config_data("conditions"), folder_ / "home/config/conditions");
  fs::remove_all(folder_ / "home");
  EXPECT_NE(find_config_data("conditions"), folder_ / "home/config/conditions");
  EXPECT_EQ(find_config_data("no such file anywhere"), fs::path{});
  unsetenv("GROUNDSWELL_HOME");
}

}  // namespace
}  // namespace groundswell::config
