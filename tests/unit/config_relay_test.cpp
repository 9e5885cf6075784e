// What a relay reads of a groundswell.toml: [relay], and none of the files that the rest names.
#include <gtest/gtest.h>

#include "config/config.hpp"
#include "support/scratch.hpp"

namespace groundswell::config {
namespace {

TEST(RelaySettings, AreReadWithoutAUniverse) {
  const test::TemporaryFolder folder;
  const auto path = folder / "groundswell.toml";
  test::write_text(path, R"([publish]
endpoint = "ipc:///run/groundswell/signals"
control = "ipc:///run/groundswell/questions"
[relay]
name = "edge-1"
upstream = "tcp://10.0.0.1:5566"
upstream_control = "tcp://10.0.0.1:5570"
publish = "ipc:///run/groundswell/relayed"
control = "tcp://127.0.0.1:5580"
recording = "today"
keep = "90s"
)");
  EXPECT_TRUE(load_config(path).has_error());  // there is no baskets.toml
  const auto config = load_settings(path);
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->control_endpoint, "ipc:///run/groundswell/questions");
  EXPECT_EQ(config->relay.name, "edge-1");
  EXPECT_EQ(config->relay.upstream, "tcp://10.0.0.1:5566");
  EXPECT_EQ(config->relay.upstream_control, "tcp://10.0.0.1:5570");
  EXPECT_EQ(config->relay.publish, "ipc:///run/groundswell/relayed");
  EXPECT_EQ(config->relay.control, "tcp://127.0.0.1:5580");
  EXPECT_EQ(config->relay.recording, "today");
  EXPECT_EQ(config->relay.keep_ns, 90'000'000'000U);
}

TEST(RelaySettings, FindingsNamePlaceAndRemedy) {
  const test::TemporaryFolder folder;
  const auto path = folder / "groundswell.toml";
  test::write_text(path, R"([publish]
control = "tcp://0.0.0.0:5557"
[relay]
name = "two words"
upstream = "nowhere"
publish = ""
keep = "2h"
control_ = "x"
)");
  const auto config = load_settings(path);
  ASSERT_TRUE(config.has_error());
  EXPECT_EQ(config.error().exit, Exit::kConfig);
  const std::string& said = config.error().message;
  for (const char* part : {":2:", "loopback", ":4:", "is no name", ":5:", "'nowhere' is no endpoint", ":6:", ":7:", ":8:", "control"})
    EXPECT_NE(said.find(part), std::string::npos) << part << "\n" << said;
}

}  // namespace
}  // namespace groundswell::config
