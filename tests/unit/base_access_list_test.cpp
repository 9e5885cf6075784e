// Key files and the allow-list, as files.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/access_list.hpp"
#include "base/keys.hpp"
#include "support/scratch.hpp"

namespace groundswell::net {
namespace {

using test::must;
using test::TemporaryFolder;

// The test pair of ZeroMQ's RFC 26 and the key of RFC 32: 8 bytes are "HelloWorld".
TEST(Keys, AreWrittenInZ85) {
  const unsigned char bytes[] = {0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B};
  EXPECT_EQ(key_text(std::as_bytes(std::span(bytes))), "HelloWorld");
  EXPECT_EQ(public_key_of("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"), "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7");
  EXPECT_EQ(public_key_of("too short"), "");
  EXPECT_FALSE(is_key("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf"));
  EXPECT_FALSE(is_key("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]y 7"));
}

TEST(Keys, ComeBackFromTheirFileAndAreNeverOverwritten) {
  const TemporaryFolder folder;
  const KeyPair pair = make_key_pair();
  EXPECT_TRUE(is_key(pair.public_key) && is_key(pair.secret_key));
  EXPECT_NE(pair.secret_key, make_key_pair().secret_key);
  const auto path = must(write_key_file(folder / "keys", "bot-7", pair));
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  const KeyPair back = must(read_key_file(path));
  EXPECT_EQ(back.public_key, pair.public_key);
  EXPECT_EQ(back.secret_key, pair.secret_key);
  const auto again = write_key_file(folder / "keys", "bot-7", make_key_pair());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().exit, Exit::kCannotCreate);
  EXPECT_NE(again.error().message.find("never overwritten"), std::string::npos) << again.error().message;
  EXPECT_EQ(must(read_key_file(path)).secret_key, pair.secret_key);
}

TEST(Keys, AFileThatOthersMayReadIsRefused) {
  const TemporaryFolder folder;
  const KeyPair pair = make_key_pair();
  const auto path = must(write_key_file(folder.path(), "bot", pair));
  for (const mode_t mode : {0640U, 0604U, 0660U, 0644U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    const auto read = read_key_file(path);
    ASSERT_FALSE(read) << mode;
    EXPECT_EQ(read.error().exit, Exit::kNoPermission);
    EXPECT_NE(read.error().message.find("chmod 0600"), std::string::npos) << read.error().message;
    EXPECT_EQ(read.error().message.find(pair.secret_key), std::string::npos);
  }
  ASSERT_EQ(::chmod(path.c_str(), 0400), 0);
  EXPECT_TRUE(read_key_file(path));
}

TEST(Keys, WhatIsNoPairIsNoKeyFile) {
  const TemporaryFolder folder;
  KeyPair mixed = make_key_pair();
  mixed.secret_key = make_key_pair().secret_key;
  const auto path = must(write_key_file(folder.path(), "mixed", mixed));
  EXPECT_EQ(read_key_file(path).error().exit, Exit::kConfig);
  test::write_text(path, "hello\n");
  EXPECT_EQ(read_key_file(path).error().exit, Exit::kConfig);
  EXPECT_EQ(read_key_file(folder / "nowhere.key").error().exit, Exit::kNoInput);
  EXPECT_EQ(read_key_file(folder.path()).error().exit, Exit::kNoPermission);  // a folder
}

AccessEntry entry(const std::string& name, Role role, bool revoked = false) {
  return {.name = name, .role = role, .public_key = make_key_pair().public_key, .revoked = revoked};
}

TEST(AccessList, ReadsWhatItWrites) {
  const TemporaryFolder folder;
  AccessList list;
  ASSERT_TRUE(list.add(entry("bot-7", Role::kSubscriber)));
  ASSERT_TRUE(list.add(entry("gateway", Role::kPublisher, true)));
  ASSERT_TRUE(list.add(entry("bot-7", Role::kSubscriber)));  // rotation: a second key
  ASSERT_TRUE(list.save(folder / "list.csv"));
  EXPECT_EQ(must(AccessList::load(folder / "list.csv")).entries(), list.entries());
}

TEST(AccessList, ReportsEveryFindingWithItsPlace) {
  const std::string key = make_key_pair().public_key, other = make_key_pair().public_key;
  const auto list = AccessList::parse("name,role,public_key,state\n# a comment\nbot,subscriber," + key + ",valid\nb t,subscriber," + other +
                                          ",valid\nbot2,trader," + other + ",valid\nbot3,console,abc,valid\nbot4,console," + other +
                                          ",maybe\nbot5,console\nbot6,console," + key + ",valid\n",
                                      "list.csv");
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().exit, Exit::kConfig);
  EXPECT_EQ(list.error().message,
            "list.csv:4:1: no name; use 1 to 32 of A-Z a-z 0-9 _ -\n"
            "list.csv:5:6: no role; choose one of publisher, subscriber, console, recorder, operator\n"
            "list.csv:6:14: no public key; it has 40 characters, as `groundswell keygen` prints it\n"
            "list.csv:7:55: no state; write valid or revoked\n"
            "list.csv:8:1: 2 fields instead of 4; write name,role,public_key,state\n"
            "list.csv:9:1: the key of 'bot6' is in the list already, as 'bot'; every peer has a key of its own");
}

TEST(AccessList, RevokesByNameAndLeavesTheNewestOfARotation) {
  AccessList list;
  const AccessEntry first = entry("bot", Role::kSubscriber), second = entry("bot", Role::kSubscriber), other = entry("b", Role::kConsole);
  for (const AccessEntry& each : {first, other, second}) ASSERT_TRUE(list.add(each));
  EXPECT_EQ(list.revoke("bot", true), 1U);
  EXPECT_TRUE(list.find(first.public_key)->revoked);
  EXPECT_FALSE(list.find(second.public_key)->revoked);
  EXPECT_EQ(list.revoke("nobody", false), 0U);
  EXPECT_EQ(list.revoke("nobody", true), 0U);
  EXPECT_EQ(list.revoke("bot", false), 1U);
  EXPECT_EQ(list.revoke("bot", false), 0U);
  EXPECT_TRUE(list.admits_anybody());
  EXPECT_EQ(list.revoke("b", false), 1U);
  EXPECT_FALSE(list.admits_anybody());
}

TEST(AccessList, OthersMustNotBeAbleToLetThemselvesIn) {
  const TemporaryFolder folder;
  AccessList list;
  ASSERT_TRUE(list.add(entry("bot", Role::kSubscriber)));
  ASSERT_TRUE(list.save(folder / "list.csv"));
  ASSERT_EQ(::chmod((folder / "list.csv").c_str(), 0666), 0);
  const auto loaded = AccessList::load(folder / "list.csv");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().exit, Exit::kNoPermission);
}

}  // namespace
}  // namespace groundswell::net
