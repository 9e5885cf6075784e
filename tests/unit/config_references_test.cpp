// Reference files that are read anew while everything else stays, and the universe of a shadow.
#include <gtest/gtest.h>

#include <fstream>

#include "config/config.hpp"
#include "support/scratch.hpp"

namespace groundswell::config {
namespace {

using test::TemporaryFolder;
using test::write_text;

constexpr const char* kTwoBaskets =
    "version = \"1\"\nbenchmarks = { primary = \"SPY\" }\n[[basket]]\nid = \"a\"\nwave = \"compute\"\n"
    "members = [{ symbol = \"AAA\" }]\n";

class References : public testing::Test {
 protected:
  References() {
    write("baskets.toml", kTwoBaskets);
    write("conditions/letters_utp.csv", "# version = 1\ncode,means,high_low,last,volume,vwap,print\n@,regular,Y,Y,Y,Y,\n");
    write("calendar/us_equities.csv", "date,kind,name\n2026-01-01,closed,x\n");
    write("volume_curve.csv", "minute,share\n1,1\n");
    write("shares.csv", "symbol,effective,float_shares\nAAA,2026-01-02,5\n");
    write("aliases.csv", "feed,name,from,to,symbol\nx,OLD,,,AAA\n");
    write("groundswell.toml", "[grid]\nstep = \"5s\"\n[universe]\nshares = \"shares.csv\"\naliases = \"aliases.csv\"\n");
  }
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    write_text(folder_ / name, text);
  }
  Config load() {
    auto config = load_config(folder_ / "groundswell.toml");
    if (!config) throw std::runtime_error(config.error().message);
    return std::move(*config);
  }
  std::string replaced(std::string text, const std::string& what, const std::string& by) {
    return text.replace(text.find(what), what.size(), by);
  }
  TemporaryFolder folder_;
};

TEST_F(References, AreReadAnewAndNothingElseIs) {
  const Config config = load();
  EXPECT_EQ(config.aliases.at(0).symbol, "AAA");
  write("baskets.toml", replaced(kTwoBaskets, "\"AAA\" }", "\"AAA\" }, { symbol = \"BBB\" }"));
  write("shares.csv", "symbol,effective,float_shares\nBBB,2026-01-02,7\n");
  write("groundswell.toml", "[grid]\nstep = \"1s\"\n");
  write("volume_curve.csv", "minute,share\n1,0.5\n2,1\n");
  const Result<Config> again = reload_references(config);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->universe.baskets[0].members.size(), 2U);
  EXPECT_EQ(again->shares.at(0).symbol, "BBB");
  EXPECT_EQ(again->grid_step_ns, 5'000'000'000U);
  EXPECT_EQ(again->volume_curve.cumulative_e9.size(), 1U);
  EXPECT_EQ(again->calendar_path, config.calendar_path);
  ASSERT_EQ(again->files.size(), config.files.size());
  for (std::size_t i = 0; i < config.files.size(); ++i) EXPECT_EQ(again->files[i].name, config.files[i].name);
  const Result<Config> third = reload_references(*again);  // and so again
  ASSERT_TRUE(third.has_value()) << third.error().message;
}

TEST_F(References, FilingsAreOneOfThem) {
  write("groundswell.toml", "[universe]\nfundamentals = \"told.csv\"\n");
  write("told.csv", "symbol,available_at,rev_q\nAAA,1767623400000000000,5\n");
  const Config config = load();
  ASSERT_EQ(config.filings.size(), 1U);
  write("told.csv", "symbol,available_at,rev_q\nAAA,1767623400000000000,5\nAAA,1775395800000000000,6\n");
  const Result<Config> again = reload_references(config);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->filings.at(1).rev_q, 6.0);
  const Result<Config> recorded = load_config_texts(again->files);  // the recording has the text: no file is needed
  ASSERT_TRUE(recorded.has_value()) << recorded.error().message;
  EXPECT_EQ(recorded->filings.size(), 2U);
  write("told.csv", "symbol,available_at,rev_q\nAAA,1767623400000000000,x\n");
  const Result<Config> bad = reload_references(config);
  ASSERT_FALSE(bad.has_value());
  EXPECT_NE(bad.error().message.find("told.csv:2:25: bad rev_q 'x'"), std::string::npos) << bad.error().message;
}

TEST_F(References, AreRefusedWithEveryFinding) {
  const Config config = load();
  write("baskets.toml", replaced(kTwoBaskets, "compute", "cloud"));
  write("shares.csv", "symbol,effective,float_shares\nAAA,2026-01-32,0\n");
  std::filesystem::remove(folder_ / "aliases.csv");
  const Result<Config> again = reload_references(config);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().exit, Exit::kConfig);
  for (const char* part : {"baskets.toml:5:8: ", "shares.csv:2:5: ", "shares.csv:2:16: ", "aliases.csv"})
    EXPECT_NE(again.error().message.find(part), std::string::npos) << again.error().message;
}

TEST_F(References, AShadowIsAUniverseOfItsOwn) {
  write("shadow.toml", replaced(kTwoBaskets, "\"AAA\" }", "\"ZZZ\" }"));
  write("groundswell.toml", "[universe]\nshares = \"shares.csv\"\n[shadow]\nfile = \"shadow.toml\"\n");
  write("shares.csv", "symbol,effective,float_shares\nZZZ,2026-01-02,5\n");  // tables may name its symbols
  const Config config = load();
  ASSERT_TRUE(config.shadow.has_value());
  EXPECT_EQ(config.shadow->baskets[0].members[0].symbol, "ZZZ");
  const Result<Config> again = load_config_texts(config.files);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_TRUE(again->shadow.has_value());
  write("shadow.toml", replaced(kTwoBaskets, "\"SPY\"", "\"QQQ\""));
  const Result<Config> other = load_config(folder_ / "groundswell.toml");
  ASSERT_FALSE(other.has_value());
  EXPECT_NE(other.error().message.find("shadow.toml:1:1: the benchmarks are not those of"), std::string::npos) << other.error().message;
}

}  // namespace
}  // namespace groundswell::config
