// Each example, once, at a simulated market and an engine, all of them processes.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/engine_fixture.hpp"
#include "support/process.hpp"

namespace groundswell::test {
namespace {

class Examples : public testing::Test {
 protected:
  void SetUp() override {
    write_text(folder_ / "baskets.toml", kSmallUniverse);
    const std::string feed = "tcp://127.0.0.1:" + std::to_string(port_);
    market_ = std::make_unique<Program>(
        folder_,
        std::vector<std::string>{"simulate", "--endpoint", feed, "--universe", (folder_ / "baskets.toml").string(), "--history",
                                 (folder_ / "history.gsj").string(), "--history-sessions", "60", "--rate", "200", "--speed", "30"});
    ASSERT_TRUE(market_->says("feed on")) << market_->err();
    // What moves often, under the names that examples look for.
    const std::string triggers =
        "[[trigger]]\nname = 'breadth'\ntype = 'PCT_ABOVE'\nsignal = 'ad_pct'\nenter = '> 0'\nexit = '<= 0'\n"
        "[[trigger]]\nname = 'thrust'\ntype = 'THRUST'\nsignal = 'ad_pct'\nscopes = ['thesis', 'chips', 'power']\nevaluate = 'grid'\n"
        "enter = '> 0'\nexit = '<= 0'\n";
    const fs::path config = write_config(folder_, {{"history.recording", "'" + (folder_ / "history.gsj").string() + "'"}},
                                         triggers + "[[feed]]\nname = 'market'\nendpoint = '" + feed + "'\n");
    engine_ = std::make_unique<Program>(folder_, std::vector<std::string>{"run", "-c", config.string()});
    ASSERT_TRUE(engine_->says("running")) << engine_->err();
  }
  std::vector<std::string> words(const std::string& example, const std::vector<std::string>& more) {
    std::vector<std::string> all{(fs::path(GROUNDSWELL_EXAMPLES) / example).string(), "--endpoint", endpoint_in(folder_, "signals"),
                                 "--any-mode"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Finished run_example(const std::string& example, const std::vector<std::string>& more) {
    return Program(folder_, words(example, more), {}, Program::Binary::kFirstWord).finish();
  }
  TemporaryFolder folder_;
  std::uint16_t port_ = static_cast<std::uint16_t>(10'000 + ::getpid() % 20'000);
  std::unique_ptr<Program> market_, engine_;
};

TEST_F(Examples, EachDoesItsWork) {
  Program recorder(folder_, words("recorder", {"--out", (folder_ / "edges.csv").string(), "--edges", "3"}), {},
                   Program::Binary::kFirstWord);
  Program pager(folder_, words("pager", {"--pages", "1"}), {}, Program::Binary::kFirstWord);
  const Finished bot = run_example("paper_bot", {"--trades", "2"});
  EXPECT_EQ(bot.code, 0) << bot.err;
  EXPECT_NE(bot.out.find("BUY 1"), std::string::npos) << bot.out;
  EXPECT_NE(bot.out.find("breadth"), std::string::npos) << bot.out;
  const Finished paged = pager.finish();
  EXPECT_EQ(paged.code, 0) << paged.err;
  EXPECT_EQ(paged.out.rfind("PAGE THRUST ", 0), 0U) << paged.out;

  const auto lines = [&] {
    const std::string text = read_text(folder_ / "edges.csv");
    return std::count(text.begin(), text.end(), '\n');
  };
  EXPECT_EQ(recorder.finish().code, 0) << recorder.err();
  EXPECT_EQ(lines(), 3);
  // It goes on where the file ends: every edge of every scope once.
  const Finished again = run_example("recorder", {"--out", (folder_ / "edges.csv").string(), "--edges", "5"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(lines(), 8);
  std::istringstream file(read_text(folder_ / "edges.csv"));
  std::map<std::string, std::uint64_t> next;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> fields;
    std::istringstream rest(line);
    for (std::string field; std::getline(rest, field, ',');) fields.push_back(field);
    ASSERT_EQ(fields.size(), 10U) << line;
    const std::uint64_t scope_seq = std::stoull(fields[3]);
    const auto [at, is_new] = next.emplace(fields[1], scope_seq);
    if (is_new) {
      EXPECT_EQ(scope_seq, 1U) << line;
    }
    EXPECT_EQ(scope_seq, at->second) << line;
    at->second = scope_seq + 1;
  }

  const Finished refused = Program(folder_, {std::string(GROUNDSWELL_EXAMPLES) + "/pager", "--endpoint", endpoint_in(folder_, "signals")},
                                   {}, Program::Binary::kFirstWord)
                               .finish();
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("simulated"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace groundswell::test
