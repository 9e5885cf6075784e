// `groundswell top` on a terminal, at a running engine.
#include <gtest/gtest.h>

#include "support/loaded_process.hpp"
#include "support/tmux.hpp"

namespace groundswell::test {
namespace {

class Top : public LoadedProcess {
 protected:
  std::string endpoint() const { return endpoint_in(folder_, "signals"); }
  std::string config() const { return (folder_ / "groundswell.toml").string(); }
  std::string words(const std::string& environment = {}) const {
    return environment + " " + GROUNDSWELL_BINARY + " top -c " + config() + " --endpoint " + endpoint();
  }
};

class TopOnATerminal : public Top {
 protected:
  void SetUp() override {
    if (!Tmux::exists()) GTEST_SKIP() << "tmux is not installed";
    start();
    watch(20);
    terminal_ = std::make_unique<Tmux>(folder_, 120, 40);
    ASSERT_TRUE(terminal_->shows("ready:"));
  }
  void TearDown() override { terminal_.reset(); }
  // Starts it, and waits for the first basket.
  void open(const std::string& environment = {}) {
    terminal_->type("a=$(stty -g); " + words(environment) + "; code=$?; [ $a = $(stty -g) ] && echo back with $code");
    ASSERT_TRUE(terminal_->shows("Chips")) << terminal_->screen();
  }
  // The terminal is as it was: modes, cursor, and what stood on it.
  void expect_back(const std::string& code) {
    EXPECT_TRUE(terminal_->shows("back with " + code + "\n")) << terminal_->screen();
    EXPECT_EQ(terminal_->asked("alternate_on"), "0\n");
    EXPECT_EQ(terminal_->asked("cursor_flag"), "1\n");
    EXPECT_NE(terminal_->screen().find("ready:"), std::string::npos);
  }
  pid_t id_of_top() const {
    const std::string shell = terminal_->asked("pane_pid"), id = shell.substr(0, shell.find('\n'));
    std::istringstream children(read_text("/proc/" + id + "/task/" + id + "/children"));
    pid_t child = 0;
    children >> child;
    return child;
  }
  std::unique_ptr<Tmux> terminal_;
};

TEST_F(TopOnATerminal, PanesFilterResizePauseAndLeaving) {
  open();
  EXPECT_TRUE(terminal_->shows("SIMULATED"));
  EXPECT_TRUE(terminal_->shows("Power"));
  EXPECT_TRUE(terminal_->shows("[1 Overview]"));
  terminal_->keys("j j");
  EXPECT_TRUE(terminal_->shows("›  Chips")) << terminal_->screen();
  terminal_->keys("Enter");
  EXPECT_TRUE(terminal_->shows("chips, wave 1 compute")) << terminal_->screen();
  terminal_->keys("Tab");
  EXPECT_TRUE(terminal_->shows("HALT_MEMBER in thesis")) << terminal_->screen();
  terminal_->keys("Tab");
  EXPECT_TRUE(terminal_->shows("whole: nothing that was published is missing")) << terminal_->screen();
  EXPECT_TRUE(terminal_->shows("heard")) << "the feed: " << terminal_->screen();
  terminal_->keys("1 / p o w Enter");
  EXPECT_TRUE(terminal_->shows_no("Chips")) << terminal_->screen();
  EXPECT_TRUE(terminal_->shows("Power"));
  terminal_->keys("Escape");
  EXPECT_TRUE(terminal_->shows("Chips"));
  terminal_->keys("Space");
  EXPECT_TRUE(terminal_->shows("PAUSED")) << terminal_->screen();
  terminal_->keys("Space");
  EXPECT_TRUE(terminal_->shows_no("PAUSED"));
  for (const auto& [width, height] : {std::pair{80, 24}, {40, 10}, {120, 40}}) {
    terminal_->resize(width, height);
    const bool wide = width >= 60;
    EXPECT_TRUE(terminal_->shows_that([&](const std::string& screen) {
      return (screen.find("New York") != std::string::npos) == wide && screen.find("Chips") != std::string::npos;
    })) << width
        << terminal_->screen();
  }
  terminal_->resize(30, 8);
  EXPECT_TRUE(terminal_->shows("30x8 is too small")) << terminal_->screen();
  terminal_->resize(100, 30);
  terminal_->keys("q");
  expect_back("0");
}

TEST_F(TopOnATerminal, AKilledEngineIsStaleInWords) {
  open();
  program_->signal(SIGKILL);
  EXPECT_TRUE(terminal_->shows_that([](const std::string& screen) {
    return screen.find("STALE 3 s: nothing is heard from") != std::string::npos;
  })) << terminal_->screen();
  EXPECT_TRUE(terminal_->shows("Chips")) << "what was known stays to be read";
  terminal_->keys("q");
  expect_back("0");
}

TEST_F(TopOnATerminal, SignalsGiveTheTerminalBack) {
  open();
  ::kill(id_of_top(), SIGTERM);
  expect_back("0");
  terminal_->type("clear");
  open();
  terminal_->keys("C-c");
  expect_back("130");
  terminal_->type("clear");
  terminal_->type(words());
  ASSERT_TRUE(terminal_->shows("Chips"));
  terminal_->keys("C-z");
  EXPECT_TRUE(terminal_->shows("ready:")) << terminal_->screen();
  EXPECT_EQ(terminal_->asked("alternate_on"), "0\n");
  terminal_->type("fg");
  EXPECT_TRUE(terminal_->shows("[1 Overview]")) << terminal_->screen();
  terminal_->keys("q");
  EXPECT_TRUE(terminal_->shows("ready:"));
}

TEST_F(TopOnATerminal, EveryTerminalIsDrawnOnOrToldWhyNot) {
  for (const char* environment :
       {"TERM=xterm", "TERM=xterm-256color", "TERM=screen", "TERM=linux", "TERM=vt100", "TERM=xterm NO_COLOR=1", "TERM=xterm LC_ALL=C"}) {
    SCOPED_TRACE(environment);
    open(environment);
    terminal_->keys("q");
    EXPECT_TRUE(terminal_->shows("back with 0\n")) << terminal_->screen();
    terminal_->type("clear");
    ASSERT_TRUE(terminal_->shows_no("back"));
  }
  for (const char* environment : {"TERM=dumb", "TERM=nonsense"}) {
    SCOPED_TRACE(environment);
    open(environment);
    EXPECT_TRUE(terminal_->shows("back with 0\n")) << terminal_->screen();
    EXPECT_EQ(terminal_->screen().find("q quit"), std::string::npos) << "printed once";
    terminal_->type("clear");
    ASSERT_TRUE(terminal_->shows_no("back"));
  }
}

TEST_F(Top, PrintsOnceWhereThereIsNoTerminal) {
  start();
  watch(20);
  const Finished once = run({"top", "-c", config(), "--endpoint", endpoint()});
  EXPECT_EQ(once.code, 0) << once.err;
  EXPECT_EQ(once.err, "");
  EXPECT_NE(once.out.find("SIMULATED"), std::string::npos) << once.out;
  EXPECT_NE(once.out.find("  Power"), std::string::npos) << once.out;
  EXPECT_EQ(once.out.find('\x1b'), std::string::npos);
}

TEST_F(Top, JsonIsOneObjectOfAllThatIsKnown) {
  start();
  watch(20);
  const Finished printed = run({"top", "--json", "-c", config(), "--endpoint", endpoint()});
  ASSERT_EQ(printed.code, 0) << printed.err;
  EXPECT_EQ(std::count(printed.out.begin(), printed.out.end(), '\n'), 1);
  const json all = json::parse(printed.out, nullptr, false);
  ASSERT_TRUE(all.is_object()) << printed.out.substr(0, 500);
  EXPECT_EQ(all["schema"], "groundswell.top/1");
  EXPECT_EQ(all["connection"], "live");
  EXPECT_EQ(all["mode"], "simulated");
  EXPECT_EQ(all["node_state"], "running");
  EXPECT_EQ(all["session"], "2026-11-20");
  EXPECT_EQ(all["notices"], json::array());
  EXPECT_EQ(all["health"]["schema"], "groundswell.run/1");
  EXPECT_EQ(all["events"].back()["type"], "HALT_MEMBER");
  std::map<std::string, json> scopes;
  for (const json& scope : all["scopes"]) scopes[scope["id"]] = scope;
  EXPECT_EQ(scopes.size(), 5U) << "two baskets, their waves, the thesis";
  EXPECT_EQ(scopes["chips"]["name"], "Chips");
  EXPECT_EQ(scopes["chips"]["wave"], "compute");
  EXPECT_EQ(scopes["thesis"]["kind"], "thesis");
  // A member without a close before is not one of those that count yet.
  const json& breadth = scopes["chips"]["numbers"]["ad_pct"];
  EXPECT_EQ(breadth["value"], nullptr) << breadth;
  EXPECT_EQ(breadth["validity"], "INSUFFICIENT");
  EXPECT_GE(breadth["age_ms"], 0);
}

TEST_F(Top, WithoutAnEngineItSaysSo) {
  const Finished nobody = run({"top", "--once", "--endpoint", endpoint()});
  EXPECT_EQ(nobody.code, 69);
  EXPECT_EQ(nobody.out, "");
  EXPECT_NE(nobody.err.find(endpoint() + ": nothing is heard; is an engine or relay running there?"), std::string::npos) << nobody.err;
  const Finished wrong = run({"top", "-c", (folder_ / "nowhere.toml").string()});
  EXPECT_EQ(wrong.code, 66) << wrong.err;
}

}  // namespace
}  // namespace groundswell::test
