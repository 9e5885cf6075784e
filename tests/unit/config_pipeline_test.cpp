// What groundswell.toml says of threads, and of a feed's second line and fills.
#include <gtest/gtest.h>

#include "config/config.hpp"
#include "config/text_file.hpp"
#include "support/scratch.hpp"

namespace groundswell::config {
namespace {

using test::write_text;

class PipelineSettings : public testing::Test {
 protected:
  Result<Config> load(const std::string& settings) {
    write_text(folder_ / "baskets.toml", "version = \"1\"\nbenchmarks = { primary = \"SPY\" }\n");
    const std::string shipped = std::string(GROUNDSWELL_SOURCE_DIR) + "/config/";
    write_text(folder_ / "groundswell.toml", settings + "\n[universe]\nfile = '" + shipped + "baskets.toml'\nconditions = '" + shipped +
                                                 "conditions'\ncalendar = '" + shipped + "calendar/us_equities.csv'\n");
    return load_config(folder_ / "groundswell.toml");
  }
  std::string finding(const std::string& settings) {
    const Result<Config> config = load(settings);
    if (config) return "no finding";
    const std::string& message = config.error().message;
    EXPECT_EQ(config.error().exit, Exit::kConfig);
    return message.substr(message.find("groundswell.toml:"));
  }
  test::TemporaryFolder folder_;
};

TEST_F(PipelineSettings, AreRead) {
  const Result<Config> config = load(R"([pipeline]
threads = "staged"
idle = "yield"
pin = "core:2 journal:3  feed:0"
stall = "750ms"
[[feed]]
name = "a"
endpoint = "tcp://10.0.0.1:5555"
line_b = "tcp://10.0.0.2:5555"
fill = "tcp://10.0.0.1:5560"
repair = "40ms"
hold = 2048
[[feed]]
name = "b"
endpoint = "ipc:///b"
)");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->threads, Threads::kStaged);
  EXPECT_EQ(config->idle, Idle::kYield);
  EXPECT_EQ(config->stall_ns, 750'000'000U);
  const auto pins = parse_pins(config->pin);
  ASSERT_TRUE(pins.has_value());
  ASSERT_EQ(pins->size(), 3U);
  EXPECT_EQ((*pins)[0].stage, "core");
  EXPECT_EQ((*pins)[0].cpu, 2U);
  EXPECT_EQ((*pins)[1].cpu, 3U);
  EXPECT_EQ((*pins)[2].stage, "feed");
  ASSERT_EQ(config->feeds.size(), 2U);
  EXPECT_EQ(config->feeds[0].line_b, "tcp://10.0.0.2:5555");
  EXPECT_EQ(config->feeds[0].fill, "tcp://10.0.0.1:5560");
  EXPECT_EQ(config->feeds[0].repair_ns, 40'000'000U);
  EXPECT_EQ(config->feeds[0].hold_ticks, 2048U);
  EXPECT_EQ(config->feeds[1].line_b, "");
  EXPECT_EQ(config->feeds[1].repair_ns, 250'000'000U);

  const std::string effective = print_effective(*config);
  write_text(folder_ / "again.toml", effective);
  const Result<Config> again = load_config(folder_ / "again.toml");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(print_effective(*again), effective);
}

TEST_F(PipelineSettings, FindingsNameWhatIsWrong) {
  EXPECT_EQ(finding("[pipeline]\nthreads = \"many\"\n"),
            "groundswell.toml:2:11: pipeline.threads = \"many\" is unknown; choose auto, single, fused, staged");
  EXPECT_EQ(finding("[pipeline]\nidle = \"sleep\"\n"),
            "groundswell.toml:2:8: pipeline.idle = \"sleep\" is unknown; choose block, backoff, yield, spin");
  for (const char* pin : {"core", "core:", "core:x", "core:-1", "disk:1", "core:1,journal:2", "core:1:2"}) {
    EXPECT_EQ(finding("[pipeline]\npin = \"" + std::string(pin) + "\"\n"),
              "groundswell.toml:2:7: '" + std::string(pin) +
                  "' pins nothing; write STAGE:CPU …, as in \"core:2 journal:3\", with the stages feed, core, journal, publish, sync");
  }
  EXPECT_NE(finding("[pipeline]\nstall = \"1ms\"\n").find("groundswell.toml:2:9: pipeline.stall"), std::string::npos);
  const std::string feed = "[[feed]]\nname = \"a\"\nendpoint = \"ipc:///a\"\n";
  EXPECT_EQ(finding(feed + "line_b = \"ipc:///a\"\n"),
            "groundswell.toml:4:10: line_b is the endpoint of line A, 'ipc:///a'; leave it out, or name the second line");
  EXPECT_EQ(finding(feed + "line_b = \"nowhere\"\n"),
            "groundswell.toml:4:10: 'nowhere' is no endpoint; write tcp://HOST:PORT or ipc://PATH");
  EXPECT_EQ(finding(feed + "mode = \"bind\"\nline_b = \"tcp://*:5\"\n"),
            "groundswell.toml:5:10: 'tcp://*:5' can be reached from other machines, and nothing says who may connect; write ipc://PATH or "
            "tcp://127.0.0.1:PORT, or set security.curve = \"required\" (see: groundswell keygen)");
  EXPECT_EQ(finding(feed + "mode = \"bind\"\nfill = \"tcp://10.0.0.1:5\"\n"), "no finding") << "it is connected to";
  const std::string required = "[security]\ncurve = \"required\"\n", keys = "key = \"k\"\nallow_list = \"l\"\n";
  EXPECT_EQ(finding(required),
            "groundswell.toml:2:9: curve = \"required\" needs security.key and security.allow_list; `groundswell keygen` makes both");
  EXPECT_EQ(finding(required + keys + feed + "mode = \"bind\"\nline_b = \"tcp://*:5\"\n"), "no finding") << "keys are demanded there";
  const std::string server_key(40, 'a');
  EXPECT_EQ(finding(feed + "server_key = \"abc\"\n"),
            "groundswell.toml:4:14: server_key is no public key; it has 40 characters, as `groundswell keygen` prints it");
  EXPECT_EQ(finding(feed + "server_key = \"" + server_key + "\"\n"),
            "groundswell.toml:4:14: a sender that proves its key wants ours too; set security.key to a file of `groundswell keygen`");
  EXPECT_EQ(finding("[security]\nkey = \"k\"\n" + feed + "server_key = \"" + server_key + "\"\n"), "no finding");
  EXPECT_NE(finding(feed + "hold = 5\n").find("groundswell.toml:4:8: feed.hold"), std::string::npos);
}

}  // namespace
}  // namespace groundswell::config
