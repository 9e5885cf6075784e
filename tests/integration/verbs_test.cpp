// Rules that hold for every verb of the command line, whichever there are: they are asked for by --help.
#include <gtest/gtest.h>

#include "support/loaded_process.hpp"

namespace groundswell::test {
namespace {

using Words = std::vector<std::string>;

class Verbs : public ProcessTest {
 protected:
  // The words of each verb, "keys list" too.
  std::vector<Words> all(const Words& above = {}) {
    Words words = above;
    words.emplace_back("--help");
    const Finished help = run(words);
    std::vector<Words> verbs;
    std::istringstream lines(help.out);
    std::string line;
    while (std::getline(lines, line) && line != "Subcommands:") {
    }
    while (std::getline(lines, line) && line.starts_with("  ")) {
      if (line[2] == ' ') continue;  // the help of the one before goes on
      Words verb = above;
      verb.push_back(line.substr(2, line.find(' ', 2) - 2));
      const std::vector<Words> below = all(verb);
      if (below.empty()) verbs.push_back(verb);
      verbs.insert(verbs.end(), below.begin(), below.end());
    }
    return verbs;
  }
  static std::string text(const Words& words) {
    std::string all;
    for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
    return all;
  }
  Finished with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  // What is printed with --json: one object, or one a line.
  static void expect_json(const Finished& finished) {
    if (json::accept(finished.out)) return;
    std::istringstream lines(finished.out);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) EXPECT_TRUE(json::accept(line)) << line.substr(0, 200);
    EXPECT_GT(count, 0U) << finished.err;
  }
};

TEST_F(Verbs, HelpIsDataAndPromisesJson) {
  const std::vector<Words> verbs = all();
  EXPECT_GE(verbs.size(), 22U) << "of " << verbs.size();
  for (const Words& verb : verbs) {
    SCOPED_TRACE(text(verb));
    const Finished help = with(verb, {"--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_EQ(help.err, "");
    EXPECT_NE(help.out.find("--json"), std::string::npos);
    EXPECT_NE(help.out.find("--quiet"), std::string::npos);
  }
}

TEST_F(Verbs, AWordThatIsNoneIsSaidOnStandardErrorWithTheNearestVerb) {
  std::set<std::string> first;
  for (const Words& verb : all()) first.insert(verb.front());
  for (const std::string& verb : first) {
    SCOPED_TRACE(verb);
    const Finished misspelt = run({verb + "x"});
    EXPECT_EQ(misspelt.code, 64);
    EXPECT_EQ(misspelt.out, "");
    EXPECT_NE(misspelt.err.find("did you mean '" + verb + "'?"), std::string::npos) << misspelt.err;
  }
  for (const Words& verb : all()) {
    SCOPED_TRACE(text(verb));
    const Finished flag = with(verb, {"--no-such-flag"});
    EXPECT_EQ(flag.code, 64);
    EXPECT_EQ(flag.out, "");
    const bool told = flag.err.find("--no-such-flag") != std::string::npos || flag.err.find("is required") != std::string::npos;
    EXPECT_TRUE(told) << "one thing that is wrong: " << flag.err;
  }
}

TEST_F(Verbs, AConfigurationThatIsNotThere) {
  const std::string nowhere = (folder_ / "nowhere.toml").string();
  const std::map<std::string, Words> needed{{"replay", {nowhere}},
                                            {"verify", {nowhere}},
                                            {"explain", {"BREAKING", nowhere}},
                                            {"export", {"csv", nowhere, "--output", (folder_ / "out").string()}},
                                            {"keys revoke", {"somebody"}},
                                            {"keys rotate", {"somebody", "--out", folder_.path().string()}}};
  for (const Words& verb : all()) {
    const Finished help = with(verb, {"--help"});
    if (help.out.find("--config") == std::string::npos) continue;
    SCOPED_TRACE(text(verb));
    Words words{"-c", nowhere};
    if (const auto also = needed.find(text(verb)); also != needed.end())
      words.insert(words.end(), also->second.begin(), also->second.end());
    const Finished finished = with(verb, words);
    const bool is_doctor = verb.front() == "doctor";  // for it that is a finding
    EXPECT_EQ(finished.code, is_doctor ? 78 : 66) << finished.err;
    EXPECT_NE((is_doctor ? finished.out : finished.err).find("nowhere.toml"), std::string::npos) << finished.err;
    EXPECT_TRUE(is_doctor || finished.out.empty()) << finished.out;
  }
}

TEST_F(Verbs, NobodyThereIs69AndTold) {
  const std::string endpoint = endpoint_in(folder_, "nobody");
  for (const char* verb : {"status", "health", "top"}) {
    SCOPED_TRACE(verb);
    const Finished finished = run({verb, "--endpoint", endpoint, "--json"});
    EXPECT_EQ(finished.code, 69);
    EXPECT_EQ(finished.out, "");
    EXPECT_NE(finished.err.find(endpoint), std::string::npos) << finished.err;
  }
}

// Of files, when nothing is played; of ticks and files, when something is.
TEST_F(Verbs, WhatASimulationWritesIsJsonToo) {
  write_config(folder_);
  const std::string history = (folder_ / "history.gsj").string(), fundamentals = (folder_ / "fundamentals.csv").string();
  const Words universe{"--universe", (folder_ / "baskets.toml").string(), "--json"};
  const Finished only =
      with({"simulate", "--history", history, "--history-sessions", "3", "--fundamentals", fundamentals, "--history-only"}, universe);
  EXPECT_EQ(only.code, 0) << only.err;
  const json written = json::parse(only.out, nullptr, false), read = json::parse(run({"verify", history, "--json"}).out);
  EXPECT_EQ(written, (json{{"schema", "groundswell.simulate/1"},
                           {"fundamentals", fundamentals},
                           {"history", {{"recording", history}, {"sessions", 3}, {"records", read["records"]}}}}))
      << only.out;
  const Finished played = with({"simulate", "--fundamentals", fundamentals, "--endpoint", endpoint_in(folder_, "feed"), "--ticks", "1",
                                "--exit-when-done", "--speed", "0"},
                               universe);
  EXPECT_EQ(played.code, 0) << played.err;
  const json both = json::parse(played.out, nullptr, false);
  EXPECT_EQ(both["ticks"], 1) << played.out;
  EXPECT_EQ(both["fundamentals"], fundamentals);
  const Finished plain = run({"simulate", universe[0], universe[1], "--fundamentals", fundamentals, "--history-only"});
  EXPECT_EQ(plain.code, 0) << plain.err;
  EXPECT_EQ(plain.out, "");
}

TEST_F(Verbs, JsonIsAllThereIsOnStandardOutput) {
  const std::string config = write_config(folder_).string(), folder = folder_.path().string();
  const std::string list = (folder_ / "allow").string(), history = (folder_ / "history.gsj").string();
  const Words made{"simulate", "--universe",    (folder_ / "baskets.toml").string(), "--history", history, "--history-sessions",
                   "3",        "--history-only"};
  ASSERT_EQ(run(made).code, 0);
  const std::vector<Words> table{
      {"version"},
      {"signals"},
      {"check", config},
      {"doctor", "-c", config},
      {"keygen", "--name", "me", "--role", "operator", "--out", folder, "--allow-list", list},
      {"keys", "list", "--allow-list", list},
      {"verify", history},
      {"pack", history},
      {"replay", history, "--universe", (folder_ / "baskets.toml").string()},
  };
  for (Words words : table) {
    SCOPED_TRACE(text(words));
    const Finished plain = run(words);
    EXPECT_EQ(plain.code, 0) << plain.err;
    if (words.front() == "keygen") {  // a key is never overwritten
      words[2] = "you";
    }
    words.emplace_back("--json");
    const Finished finished = run(words);
    EXPECT_EQ(finished.code, 0) << finished.err;
    expect_json(finished);
  }
}

}  // namespace
}  // namespace groundswell::test
