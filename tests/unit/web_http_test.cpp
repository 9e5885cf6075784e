// Paths, names and origins: what is let in is named exactly, and everything else is not.
#include <gtest/gtest.h>

#include "web/http.hpp"

namespace groundswell::web {
namespace {

TEST(WebTarget, PathsAreDecodedOnceAndStayInside) {
  const auto target = parse_target("/api/v1/events?since=7&limit=1%30&name=a+b%26c&empty=&flag");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "/api/v1/events");
  EXPECT_EQ(target->query,
            (std::map<std::string, std::string>{{"since", "7"}, {"limit", "10"}, {"name", "a b&c"}, {"empty", ""}, {"flag", ""}}));
  EXPECT_EQ(parse_target("/")->path, "/");
  EXPECT_EQ(parse_target("/a%252fb")->path, "/a%2fb") << "once";
  EXPECT_EQ(parse_target("/assets/")->path, "/assets/");
  EXPECT_EQ(parse_target("/...")->path, "/...");
  for (const char* bad :
       {"",      "x",      "http://host/", "//",    "//etc/passwd", "/..", "/../x", "/a/../b", "/a/%2e%2E/b", "/./a",
        "/a//b", "/a%00b", "/a%0ab",       "/a\\b", "/a%5cb",       "/%",  "/%4",   "/%g0",    "/?a=%zz",     "/?%00=a"}) {
    EXPECT_FALSE(parse_target(bad).has_value()) << bad;
  }
  EXPECT_TRUE(parse_target("/" + std::string(2'047, 'a')).has_value());
  EXPECT_FALSE(parse_target("/" + std::string(2'048, 'a')).has_value());
}

TEST(WebEncoding, GzipIsTakenWhereItIsAccepted) {
  for (const char* yes : {"gzip", "br, gzip", "GZIP", "gzip;q=0.5", "deflate,gzip;q=1.0"}) EXPECT_TRUE(accepts_gzip(yes)) << yes;
  for (const char* no : {"", "br", "gzip;q=0", "gzip;q=0.0", "xgzip"}) EXPECT_FALSE(accepts_gzip(no)) << no;
}

TEST(WebAccessRules, OwnNamesAndThoseThatWereGiven) {
  const AccessRules rules("127.0.0.1", 8080, "console.example.com  Other.Example:8443", "https://console.example.com");
  for (const char* host : {"127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "[::1]:8080", "console.example.com", "other.example:8443"})
    EXPECT_TRUE(rules.allows_host(host)) << host;
  for (const char* host : {"", "127.0.0.1", "127.0.0.1:8081", "console.example.com:443", "xconsole.example.com", "localhost:8080 "})
    EXPECT_FALSE(rules.allows_host(host)) << host;
  for (const char* origin : {"http://127.0.0.1:8080", "http://localhost:8080", "https://console.example.com"})
    EXPECT_TRUE(rules.allows_origin(origin)) << origin;
  for (const char* origin : {"", "null", "https://127.0.0.1:8080", "http://console.example.com", "https://console.example.com.evil",
                             "https://console.example.com/"})
    EXPECT_FALSE(rules.allows_origin(origin)) << origin;
  EXPECT_NE(rules.content_policy().find("wss://console.example.com"), std::string::npos);
  EXPECT_EQ(rules.content_policy().find("unsafe"), std::string::npos);
}

}  // namespace
}  // namespace groundswell::web
