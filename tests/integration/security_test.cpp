// Keys on the command line: from making them to being refused.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/engine_fixture.hpp"
#include "support/process.hpp"

namespace groundswell::test {
namespace {

std::string second_line(const std::string& text) { return text.substr(0, text.find('\n')); }
std::string key_in(const std::string& line) {  // name,role,KEY,state
  const std::size_t from = line.find(',', line.find(',') + 1) + 1;
  return line.substr(from, line.find(',', from) - from);
}

class Security : public testing::Test {
 protected:
  std::string make_key(const std::string& name, const std::string& role, const std::string& list) {
    const Finished made = run_program(folder_, {"keygen", "--name", name, "--role", role, "--out", (folder_ / "keys").string(),
                                                "--allow-list", (folder_ / list).string()});
    EXPECT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(made.out.rfind(name + "," + role + ",", 0), 0U) << made.out;
    const std::string secret_line = read_text(folder_ / "keys" / (name + ".key"));
    const std::string secret = secret_line.substr(secret_line.find("secret_key = \"") + 14, 40);
    EXPECT_EQ(made.out.find(secret), std::string::npos);
    EXPECT_EQ(made.err.find(secret), std::string::npos);
    return key_in(second_line(made.out));
  }
  std::string key_file(const std::string& name) const { return (folder_ / "keys" / (name + ".key")).string(); }
  TemporaryFolder folder_;
  net::Context context_;
};

TEST_F(Security, KeysAreMadeListedReplacedAndRevoked) {
  const std::string list = (folder_ / "list.csv").string();
  const std::string first = make_key("bot", "subscriber", "list.csv");
  EXPECT_EQ(run_program(folder_, {"keygen", "--name", "bot", "--role", "subscriber", "--out", (folder_ / "keys").string()}).code, 73);
  EXPECT_EQ(run_program(folder_, {"keygen", "--name", "b o t", "--role", "subscriber", "--out", folder_.path().string()}).code, 64);
  const Finished wrong_role = run_program(folder_, {"keygen", "--name", "x", "--role", "trader", "--out", folder_.path().string()});
  EXPECT_EQ(wrong_role.code, 64);
  EXPECT_NE(wrong_role.err.find("publisher, subscriber, console, recorder, operator"), std::string::npos) << wrong_role.err;

  const Finished rotated = run_program(folder_, {"keys", "rotate", "bot", "--out", (folder_ / "new").string(), "--allow-list", list});
  ASSERT_EQ(rotated.code, 0) << rotated.err;
  const std::string second = key_in(second_line(rotated.out));
  ASSERT_NE(first, second);
  EXPECT_EQ(run_program(folder_, {"keys", "revoke", "bot", "--old", "--allow-list", list}).code, 0);
  const Finished listed = run_program(folder_, {"keys", "list", "--json", "--allow-list", list});
  EXPECT_EQ(listed.out, R"({"name":"bot","role":"subscriber","public_key":")" + first + R"(","state":"revoked"})" + "\n" +
                            R"({"name":"bot","role":"subscriber","public_key":")" + second + R"(","state":"valid"})" + "\n");
  EXPECT_EQ(run_program(folder_, {"keys", "revoke", "bot", "--old", "--allow-list", list}).code, 64);
  EXPECT_EQ(run_program(folder_, {"keys", "revoke", "nobody", "--allow-list", list}).code, 64);
  EXPECT_EQ(run_program(folder_, {"keys", "list", "--allow-list", (folder_ / "none.csv").string()}).code, 66);
}

TEST_F(Security, WhatOthersCanReachWantsKeysAndAList) {
  const Finished open = run_program(folder_, {"simulate", "--endpoint", "tcp://0.0.0.0:*", "--ticks", "1", "--exit-when-done"});
  EXPECT_EQ(open.code, 78);
  EXPECT_NE(open.err.find("keygen"), std::string::npos) << open.err;
  make_key("feed", "publisher", "list.csv");
  ASSERT_EQ(::chmod(key_file("feed").c_str(), 0644), 0);
  const Finished readable = run_program(folder_, {"simulate", "--endpoint", "tcp://0.0.0.0:*", "--ticks", "1", "--exit-when-done", "--key",
                                                  key_file("feed"), "--allow-list", (folder_ / "list.csv").string()});
  EXPECT_EQ(readable.code, 77);
  EXPECT_NE(readable.err.find("chmod 0600"), std::string::npos) << readable.err;
}

// The set-up of docs/security.md with both machines on this one: a feed that demands keys, an engine that has one, and one that has none.
TEST_F(Security, TicksComeEncryptedToAnEngineOnTheList) {
  make_key("desk", "recorder", "feed-list.csv");
  const std::string feed_key = make_key("feed", "publisher", "other.csv");
  write_text(folder_ / "baskets.toml", kSmallUniverse);
  Program feed(folder_,
               {"simulate", "--endpoint", "tcp://0.0.0.0:*", "--universe", (folder_ / "baskets.toml").string(), "--rate", "200", "--speed",
                "5", "--history-sessions", "5", "--key", key_file("feed"), "--allow-list", (folder_ / "feed-list.csv").string()});
  ASSERT_TRUE(feed.says("feed on tcp://")) << feed.err();
  ASSERT_TRUE(feed.says("session 2026-11-20 starts")) << feed.err();
  const std::string said = feed.err();
  const std::string_view address = "0.0.0.0]:";
  const std::size_t at = said.find(address, said.find("feed on tcp://")) + address.size();
  const std::string endpoint = "tcp://127.0.0.1:" + said.substr(at, said.find_first_not_of("0123456789", at) - at);
  const auto engine = [&](const std::string& name, const std::string& server_key) {
    const fs::path config = write_config(folder_,
                                         {{"security.key", "'" + key_file("desk") + "'"},
                                          {"publish.endpoint", "'" + endpoint_in(folder_, name + "-signals") + "'"},
                                          {"journal.recording", "'" + (folder_ / name).string() + "'"}},
                                         "[[feed]]\nname = 'market'\nendpoint = '" + endpoint + "'\nserver_key = '" + server_key + "'\n");
    fs::rename(config, folder_ / (name + ".toml"));
    return std::vector<std::string>{"run", "-c", (folder_ / (name + ".toml")).string(), "--json"};
  };
  Program known(folder_, engine("known", feed_key));
  Program plain(folder_, engine("plain", ""));
  Listener listener(context_, endpoint_in(folder_, "known-signals"));
  // Market time comes with ticks and heartbeats of the feed alone.
  ASSERT_TRUE(listener.listen_until([&] { return !listener.heartbeats.empty() && listener.heartbeats.back().written_jseq > 50; }))
      << known.err();
  known.signal(SIGTERM);
  plain.signal(SIGTERM);
  const Finished ended = known.finish(), nothing = plain.finish();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(nothing.out.find("\"decoded\":0,"), nothing.out.find("\"decoded\":")) << nothing.out;
  EXPECT_EQ(ended.out.find("\"decoded\":0,"), std::string::npos) << ended.out;
}

}  // namespace
}  // namespace groundswell::test
