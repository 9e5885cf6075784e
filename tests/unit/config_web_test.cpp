// What a console reads of a groundswell.toml, and where it may not listen.
#include <gtest/gtest.h>

#include "base/endpoint.hpp"
#include "config/config.hpp"
#include "support/scratch.hpp"

namespace groundswell::config {
namespace {

class WebSettings : public ::testing::Test {
 protected:
  Result<Config> load(const std::string& web) {
    test::write_text(folder_ / "groundswell.toml", "[web]\n" + web);
    return load_settings(folder_ / "groundswell.toml");
  }
  const test::TemporaryFolder folder_;
};

TEST_F(WebSettings, EveryKeyIsRead) {
  const auto config = load(R"(listen = "[::1]:0"
upstream = "tcp://10.0.0.1:5566"
upstream_control = "tcp://10.0.0.1:5570"
recordings = "/data"
hosts = "a.example b.example:8443"
origins = "https://a.example"
trusted_proxy = true
assets = "dist"
)");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->web.listen, "[::1]:0");
  EXPECT_EQ(config->web.upstream, "tcp://10.0.0.1:5566");
  EXPECT_EQ(config->web.upstream_control, "tcp://10.0.0.1:5570");
  EXPECT_EQ(config->web.recordings, "/data");
  EXPECT_EQ(config->web.hosts, "a.example b.example:8443");
  EXPECT_EQ(config->web.origins, "https://a.example");
  EXPECT_TRUE(config->web.trusted_proxy);
  EXPECT_EQ(config->web.assets, "dist");
  EXPECT_NE(print_effective(*config).find("trusted_proxy = true\n"), std::string::npos);
}

TEST_F(WebSettings, BeyondThisMachineOnlyBehindAProxy) {
  for (const char* listen : {"0.0.0.0:8080", "10.0.0.5:80", "[::]:8080", "console.example.com:80", "127.example.com:80"}) {
    const auto refused = load(std::string("listen = \"") + listen + "\"\n");
    ASSERT_TRUE(refused.has_error()) << listen;
    EXPECT_EQ(refused.error().exit, Exit::kConfig);
    EXPECT_NE(refused.error().message.find(":2:10: '" + std::string(listen) + "' can be reached from other machines"), std::string::npos)
        << refused.error().message;
    EXPECT_TRUE(load(std::string("trusted_proxy = true\nlisten = \"") + listen + "\"\n").has_value()) << listen;
  }
  for (const char* listen : {"127.0.0.1:8080", "localhost:1", "[::1]:65535", "127.1.2.3:0"})
    EXPECT_TRUE(load(std::string("listen = \"") + listen + "\"\n").has_value()) << listen;
}

TEST_F(WebSettings, AnAddressIsAHostAndAPort) {
  for (const char* listen :
       {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x", "::1:80", "a b:1"}) {
    EXPECT_FALSE(net::parse_listen(listen).has_value()) << listen;
    EXPECT_NE(load(std::string("listen = \"") + listen + "\"\n").error().message.find("write HOST:PORT"), std::string::npos) << listen;
  }
}

}  // namespace
}  // namespace groundswell::config
