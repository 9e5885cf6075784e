#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/nearest.hpp"
#include "config/toml.hpp"
#include "config/words.hpp"

namespace groundswell::config {
namespace {

std::string finding(std::string_view text, const std::function<void(TableReader&)>& read) {
  Findings findings;
  const Node root = parse_toml(text, "a.toml", findings);
  if (findings.empty()) {
    TableReader reader(root, "", findings);
    read(reader);
    reader.finish();
  }
  return findings.empty() ? "" : findings.error().message;
}

TEST(Toml, KeepsFileOrderAndPositions) {
  Findings findings;
  const Node root = parse_toml("zeta = 1\nalpha = \"two\"\n\n[table]\n  inner = [true, 2.5]\n", "a.toml", findings);
  ASSERT_TRUE(findings.empty());
  const auto& table = std::get<Table>(root.value);
  ASSERT_EQ(table.size(), 3U);
  EXPECT_EQ(table[0].key, "zeta");
  EXPECT_EQ(table[1].key, "alpha");
  EXPECT_EQ(table[1].node.key_at.line, 2U);
  EXPECT_EQ(table[1].node.key_at.column, 1U);
  EXPECT_EQ(table[1].node.at.column, 9U);
  const Node* const inner = find(table[2].node, "inner");
  ASSERT_NE(inner, nullptr);
  EXPECT_EQ(inner->at.line, 5U);
  EXPECT_EQ(inner->at.column, 11U);
  EXPECT_EQ(std::get<double>(std::get<Array>(inner->value)[1].value), 2.5);
}

TEST(Toml, SyntaxAndDuplicateKeys) {
  Findings findings;
  const Node root = parse_toml("a = 1\nb = \n", "a.toml", findings);
  EXPECT_TRUE(std::get<Table>(root.value).empty());
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.error().exit, Exit::kConfig);
  EXPECT_EQ(findings.error().message.substr(0, 12), "a.toml:2:5: ") << findings.error().message;
  const std::string twice = finding("a = 1\na = 2\n", [](TableReader&) {});
  EXPECT_EQ(twice.substr(0, 9), "a.toml:2:") << twice;
  EXPECT_NE(twice.find("'a'"), std::string::npos) << twice;
}

TEST(Toml, UnknownKeys) {
  const auto read = [](TableReader& reader) {
    reader.text("lateness");
    reader.text("source");
  };
  EXPECT_EQ(finding("  latenes = \"1s\"\n", read), "a.toml:1:3: unknown key 'latenes'; did you mean 'lateness'?");
  EXPECT_EQ(finding("other = 1\n", read), "a.toml:1:1: unknown key 'other'; the keys here are lateness, source");
  EXPECT_EQ(finding("source = \"x\"\n", read), "");
}

TEST(Toml, TypesAndRanges) {
  EXPECT_EQ(finding("k = 1", [](TableReader& r) { EXPECT_FALSE(r.text("k")); }),
            "a.toml:1:5: k is a whole number; write text in double quotes");
  EXPECT_EQ(finding("k = 2026-11-20", [](TableReader& r) { EXPECT_FALSE(r.text("k")); }),
            "a.toml:1:5: k is a date or time; write text in double quotes");
  EXPECT_EQ(finding("k = 1.5", [](TableReader& r) { EXPECT_FALSE(r.integer("k", 0, 9)); }),
            "a.toml:1:5: k is a number; write a whole number from 0 to 9");
  EXPECT_EQ(finding("k = 10", [](TableReader& r) { EXPECT_FALSE(r.integer("k", 0, 9)); }), "a.toml:1:5: k is 10; choose 0 to 9");
  EXPECT_EQ(finding("k = 9", [](TableReader& r) { EXPECT_EQ(r.integer("k", 0, 9), std::optional<std::int64_t>{9}); }), "");
  EXPECT_EQ(finding("k = nan", [](TableReader& r) { EXPECT_FALSE(r.number("k", 0, 1)); }), "a.toml:1:5: k is nan; choose 0 to 1");
  EXPECT_EQ(finding("k = 1", [](TableReader& r) { EXPECT_EQ(r.number("k", 0, 1), std::optional<double>{1}); }), "");
  EXPECT_EQ(finding("k = \"yes\"", [](TableReader& r) { EXPECT_FALSE(r.boolean("k")); }), "a.toml:1:5: k is text; write true or false");
  EXPECT_EQ(finding("k = 1", [](TableReader& r) { EXPECT_EQ(r.table("k"), nullptr); }), "a.toml:1:5: k is a whole number; write a table");
  EXPECT_EQ(finding("k = {}", [](TableReader& r) { EXPECT_EQ(r.array("k"), nullptr); }), "a.toml:1:5: k is a table; write an array");
  EXPECT_EQ(finding("k = \"c\"",
                    [](TableReader& r) {
                      EXPECT_FALSE(r.choice("k", {"a", "b"}));
                    }),
            "a.toml:1:5: k = \"c\" is unknown; choose a, b");
}

TEST(Toml, DurationsAndSizes) {
  const auto duration = [](TableReader& reader) { reader.duration_ns("k", 1'000'000, 60'000'000'000); };
  EXPECT_EQ(finding("k = 5", duration),
            "a.toml:1:5: k is a whole number; write a whole number with a unit (ns, us, ms, s, m, h) in double quotes");
  EXPECT_EQ(finding("k = \"5 min\"", duration),
            "a.toml:1:5: k = \"5 min\" is no duration; write a whole number with a unit: ns, us, ms, s, m, h");
  EXPECT_EQ(finding("k = \"5\"", duration), "a.toml:1:5: k = \"5\" is no duration; write a whole number with a unit: ns, us, ms, s, m, h");
  EXPECT_EQ(finding("k = \"61s\"", duration), "a.toml:1:5: k is 61s; choose 1ms to 1m");
  const auto bytes = [](TableReader& reader) { reader.bytes("k", 65'536, 1ULL << 34); };
  EXPECT_EQ(finding("k = \"5MB\"", bytes), "a.toml:1:5: k = \"5MB\" is no size; write a whole number with a unit: B, KiB, MiB, GiB");
  EXPECT_EQ(finding("k = \"1KiB\"", bytes), "a.toml:1:5: k is 1KiB; choose 64KiB to 16GiB");
  EXPECT_EQ(finding("k = true", bytes),
            "a.toml:1:5: k is true or false; write a whole number with a unit (B, KiB, MiB, GiB) in double quotes");
  EXPECT_EQ(parse_duration_ns("500ms"), std::optional<std::uint64_t>{500'000'000});
  EXPECT_EQ(parse_duration_ns("20ns"), std::optional<std::uint64_t>{20});
  EXPECT_EQ(parse_duration_ns("1h"), std::optional<std::uint64_t>{3'600'000'000'000});
  for (const char* text : {"-1s", "1.5s", "s", "", "99999999999999999999s", "9999999999999h", "1s "})
    EXPECT_EQ(parse_duration_ns(text), std::nullopt) << text;
  EXPECT_EQ(parse_bytes("256MiB"), std::optional<std::uint64_t>{256ULL << 20});
  EXPECT_EQ(print_duration(0), "0ns");
  EXPECT_EQ(print_duration(1'500'000'000), "1500ms");
  EXPECT_EQ(print_duration(60'000'000'000), "1m");
  EXPECT_EQ(print_bytes(65'537), "65537B");
}

TEST(Toml, FindingsAreSorted) {
  Findings findings;
  findings.add({"b.toml", 1, 1}, "fourth");
  findings.add({"a.toml", 10, 2}, "third");
  findings.add({"a.toml", 9, 30}, "second");
  findings.add({"a.toml", 9, 4}, "first");
  findings.add({"environment X", 0, 0}, "fifth");
  EXPECT_EQ(findings.error().message,
            "a.toml:9:4: first\na.toml:9:30: second\na.toml:10:2: third\nb.toml:1:1: fourth\nenvironment X: fifth");
}

TEST(Words, Endpoints) {
  for (const char* local : {"tcp://127.0.0.1:5556", "tcp://127.8.9.1:*", "tcp://localhost:1", "tcp://[::1]:5556",
                            "tcp://[::ffff:127.0.0.1]:5556", "ipc:///run/groundswell/signals", "inproc://a"}) {
    EXPECT_TRUE(is_local_endpoint(local)) << local;
    EXPECT_TRUE(is_endpoint(local)) << local;
  }
  for (const char* remote :
       {"tcp://0.0.0.0:5556", "tcp://*:5556", "tcp://10.0.0.1:5556", "tcp://127.example.com:5556", "tcp://127.0.0:5556", "tcp://[::]:5556",
        "tcp://[::ffff:10.0.0.1]:5556", "tcp://localhost.example.com:1", "tcp://128.0.0.1:5556"}) {
    EXPECT_FALSE(is_local_endpoint(remote)) << remote;
    EXPECT_TRUE(is_endpoint(remote)) << remote;
  }
  for (const char* wrong : {"", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://:5556", "tcp://127.0.0.1:70000",
                            "tcp://127.0.0.1:5x", "udp://127.0.0.1:1", "ipc://", "tcp://10.0.0.1:1;127.0.0.1:5556", "tcp://127.0.0.1:-1"}) {
    EXPECT_FALSE(is_local_endpoint(wrong)) << wrong;
    EXPECT_FALSE(is_endpoint(wrong)) << wrong;
  }
}

TEST(Words, NearestKnown) {
  EXPECT_EQ(nearest("sorce", {"source", "step"}), std::optional<std::string_view>{"source"});
  EXPECT_EQ(nearest("stpe", {"source", "step"}), std::optional<std::string_view>{"step"});
  EXPECT_EQ(nearest("abcdef", {"source", "step"}), std::nullopt);
}

}  // namespace
}  // namespace groundswell::config
