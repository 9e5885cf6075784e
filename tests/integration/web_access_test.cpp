// Who is let in to the console, and what happens to those who do not behave: a clear answer or a close code, and nobody else notices.
#include "support/process.hpp"
#include "support/web_fixture.hpp"

namespace groundswell::test {
namespace {

using nlohmann::json;

class WebAccess : public WebTest {
 protected:
  void SetUp() override { serve(); }
  std::string address() const { return host_of(port()); }
};

TEST_F(WebAccess, HostsAndOriginsAreAllowedByExactName) {
  const std::string p = ":" + std::to_string(port());
  const std::vector<std::string> good_hosts{"127.0.0.1" + p, "localhost" + p, "[::1]" + p},
      bad_hosts{"127.0.0.1", "evil.example" + p, "127.0.0.1.evil.example" + p};
  const std::vector<std::string> good_origins{"http://127.0.0.1" + p, "http://localhost" + p},
      bad_origins{"http://evil.example", "https://127.0.0.1" + p, "null"};
  std::size_t cases = 0;
  const auto upgrade = [&](const std::string& host, const std::string& origin) {
    ++cases;
    return WebStream(port(), "/api/v1/stream", {{"Host", host}, {"Origin", origin}}).upgrade().status;
  };
  for (const std::string& host : good_hosts) {
    for (const std::string& origin : good_origins) EXPECT_EQ(upgrade(host, origin), 101) << host << " " << origin;
    for (const std::string& origin : bad_origins) EXPECT_EQ(upgrade(host, origin), 403) << host << " " << origin;
  }
  for (const std::string& host : bad_hosts) {
    for (const std::string& origin : good_origins) EXPECT_EQ(upgrade(host, origin), 421) << host << " " << origin;
    for (const std::string& origin : bad_origins) EXPECT_EQ(upgrade(host, origin), 421) << host << " " << origin;
  }
  EXPECT_EQ(cases, 30U);
  const WebStream without(port(), "/api/v1/stream", {{"Origin", ""}});
  EXPECT_EQ(without.upgrade().status, 403);
  EXPECT_NE(without.upgrade().body.find("Origin: http://"), std::string::npos) << "it says what a tool has to send";
  EXPECT_EQ(fetch(port(), "/livez", {{"Origin", "http://evil.example"}}).status, 403);
  EXPECT_EQ(fetch(port(), "/livez").status, 200);
  EXPECT_EQ(fetch(port(), "/livez", {{"Host", "evil.example"}}).status, 421);
}

TEST_F(WebAccess, RequestsThatAreNoneAreRefusedByName) {
  EXPECT_EQ(fetch(port(), "/api/v1/moon").status, 404);
  EXPECT_EQ(fetch(port(), "/assets/nothing.js").status, 404);
  EXPECT_EQ(fetch(port(), "/api/v1/stream").status, 400);
  EXPECT_EQ(fetch(port(), "/", {}, "DELETE").status, 405);
  EXPECT_EQ(fetch(port(), "/", {}, "DELETE").headers.at("allow"), "GET, HEAD");
  EXPECT_EQ(fetch(port(), "/", {{"Content-Length", "5"}}).status, 413);
  EXPECT_EQ(fetch(port(), "/", {{"Transfer-Encoding", "chunked"}}).status, 413);
  EXPECT_EQ(fetch(port(), "/", {{"X-Long", std::string(9'000, 'x')}}).status, 431);
  EXPECT_EQ(fetch(port(), "/api/v1/events?since=x").status, 400);
  EXPECT_EQ(fetch(port(), "/api/v1/events?limit=0").status, 400);
  EXPECT_EQ(fetch(port(), "/api/v1/history?signals=moon&scopes=chips").status, 400);
  EXPECT_NE(fetch(port(), "/api/v1/history?signals=moon&scopes=chips").json()["error"].get<std::string>().find("ad_pct"),
            std::string::npos);
  for (const char* path : {"/../etc/passwd", "/%2e%2e/etc/passwd", "/assets/..%2f..%2fetc/passwd", "/a//b", "/%00", "/a%5cb", "/%zz"})
    EXPECT_EQ(fetch(port(), path).status, 400) << path;
  for (const char* name : {"..", "../recording", "%2e%2e%2frecording", ".hidden", "moon", ""})
    EXPECT_EQ(WebStream(port(), std::string("/api/v1/replay?recording=") + name).upgrade().status, 404) << name;
  WebConnection garbage(port());
  garbage.send_bytes("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 this is TLS, or what not\r\n\r\n");
  EXPECT_EQ(garbage.answer().status, 400);
  WebConnection two_hosts(port());
  two_hosts.send_bytes(request_text("GET", "/livez", {{"Host", address()}, {"Host", "evil.example"}}));
  EXPECT_EQ(two_hosts.answer().status, 400);
}

TEST_F(WebAccess, ThePageAndItsHeaders) {
  const HttpAnswer page = fetch(port(), "/some/screen");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(page.headers.at("referrer-policy"), "no-referrer");
  EXPECT_EQ(page.headers.at("content-security-policy").rfind("default-src 'self'; connect-src 'self' ws://127.0.0.1:", 0), 0U);
  const HttpAnswer head = fetch(port(), "/some/screen", {}, "HEAD");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), std::to_string(page.body.size()));
  // Two requests on one connection.
  WebConnection connection(port());
  for (int i = 0; i < 2; ++i) {
    connection.send_bytes(request_text("GET", "/livez", {{"Host", address()}}));
    EXPECT_EQ(connection.answer().body, "ok\n");
  }
}

TEST_F(WebAccess, StreamsThatMisbehaveAreClosedByTheirCode) {
  const auto code_after = [&](const std::function<void(WebStream&)>& misbehave) {
    WebStream stream(port());
    EXPECT_TRUE(stream.is_open());
    misbehave(stream);
    const int code = stream.wait_for_close();
    return std::pair(code, stream.close_reason());
  };
  EXPECT_EQ(code_after([](WebStream& s) { s.connection().send_frame("x", 2); }).first, 1003);
  EXPECT_EQ(code_after([](WebStream& s) { s.connection().send_frame(std::string(5'000, ' ')); }).first, 1009);
  EXPECT_EQ(code_after([](WebStream& s) { s.connection().send_frame("\xff\xfe"); }).first, 1007);
  EXPECT_EQ(code_after([](WebStream& s) { s.connection().send_frame("{}", 1, false); }).first, 1002);
  const auto flood = code_after([](WebStream& s) {
    for (int i = 0; i < 40; ++i) s.subscribe();
  });
  EXPECT_EQ(flood.first, 1008);
  EXPECT_NE(flood.second.find("20 messages"), std::string::npos) << flood.second;
  const auto errors = code_after([](WebStream& s) {
    for (int i = 0; i < 10; ++i) s.connection().send_frame("{\"op\":\"moon\"}");
  });
  EXPECT_EQ(errors.first, 1008);
  EXPECT_NE(errors.second.find("not understood"), std::string::npos) << errors.second;
  const auto silent = code_after([](WebStream&) {});
  EXPECT_EQ(silent.first, 1008);
  EXPECT_NE(silent.second.find("subscribe"), std::string::npos) << silent.second;
}

TEST_F(WebAccess, WhatIsNotUnderstoodIsAnswered) {
  WebStream stream(port());
  const std::pair<const char*, const char*> cases[] = {{"no json", "JSON object"},
                                                       {"[1]", "JSON object"},
                                                       {R"({"op":"subscribe"})", "channels"},
                                                       {R"({"op":"subscribe","channels":["moon"]})", "levels, events and health"},
                                                       {R"({"op":"members","basket":"moon"})", "no basket 'moon'"},
                                                       {R"({"op":"members","basket":7})", "no text"},
                                                       {R"({"op":"seek","to_ms":1})", "live stream"},
                                                       {R"({"op":7})", "op is"}};
  for (const auto& [message, said] : cases) {
    stream.connection().send_frame(message);
    const json answer = stream.next_of("error");
    ASSERT_FALSE(answer.is_null()) << message;
    EXPECT_NE(answer["what"].get<std::string>().find(said), std::string::npos) << message << ": " << answer["what"];
  }
}

TEST_F(WebAccess, AHeaderThatNeverEndsIsCutOff) {
  WebConnection slow(port()), silent(port());
  ASSERT_TRUE(slow.send_bytes("GET / HTTP/1.1\r\nHost: "));
  EXPECT_EQ(slow.answer().status, 408);
  EXPECT_FALSE(slow.receive());
  EXPECT_TRUE(slow.closed());
  EXPECT_EQ(silent.answer().status, 0) << "who asks for nothing gets nothing";
  EXPECT_EQ(fetch(port(), "/livez").status, 200);
}

TEST_F(WebAccess, ThereAreOnlySoManyStreams) {
  std::vector<std::unique_ptr<WebStream>> streams;
  for (int i = 0; i < 256; ++i) {
    streams.push_back(std::make_unique<WebStream>(port()));
    streams.back()->subscribe({});
  }
  EXPECT_EQ(streams.back()->upgrade().status, 101);
  EXPECT_EQ(WebStream(port()).upgrade().status, 503);
  streams.pop_back();
  EXPECT_TRUE(wait_until([&] { return WebStream(port()).upgrade().status == 101; }));
}

TEST_F(WebAccess, AFolderIsServedAsThePage) {
  fs::create_directories(folder_ / "dist/assets");
  write_text(folder_ / "dist/index.html", "<html>page</html>");
  write_text(folder_ / "dist/index.html.gz", "packed page");
  write_text(folder_ / "dist/assets/index-0a1B2c3D.js", "script");
  write_text(folder_ / "dist/robots.txt", "plain");
  write_text(folder_ / "secret", "secret");
  fs::create_symlink(folder_ / "secret", folder_ / "dist/link.txt");
  web::ConsoleOptions options = console_options();
  options.assets = (folder_ / "dist").string();
  const RunningConsole console(options);
  const HttpAnswer page = fetch(console.port(), "/");
  EXPECT_EQ(page.body, "<html>page</html>");
  EXPECT_EQ(page.headers.at("cache-control"), "no-cache");
  const HttpAnswer packed = fetch(console.port(), "/breadth/gpu", {{"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(packed.body, "packed page");
  EXPECT_EQ(packed.headers.at("content-encoding"), "gzip");
  EXPECT_EQ(packed.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_NE(packed.headers.at("etag"), page.headers.at("etag"));
  EXPECT_EQ(fetch(console.port(), "/", {{"Accept-Encoding", "gzip;q=0"}}).body, "<html>page</html>");
  const HttpAnswer again = fetch(console.port(), "/", {{"If-None-Match", page.headers.at("etag")}}, "HEAD");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(fetch(console.port(), "/assets/index-0a1B2c3D.js").headers.at("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(fetch(console.port(), "/robots.txt").headers.at("cache-control"), "no-cache");
  EXPECT_EQ(fetch(console.port(), "/link.txt").status, 404);
  EXPECT_EQ(fetch(console.port(), "/index.html.map").status, 404);
  options.assets = folder_.path().string();
  EXPECT_EQ(web::Console::open(options).error().exit, Exit::kNoInput);
}

class WebProcess : public WebAccess {
 protected:
  std::vector<std::string> words(const std::string& listen = "127.0.0.1:0") {
    return {"web", "-c", write_config(folder_).string(), "--listen", listen};
  }
};

TEST_F(WebProcess, SaysWhereItIsAndClosesItsStreamsWhenItStops) {
  for (const auto& [number, code] : {std::pair(SIGTERM, 0), std::pair(SIGINT, 130)}) {
    Program program(folder_, words());
    ASSERT_TRUE(program.says("groundswell: console on http://127.0.0.1:")) << program.err();
    const std::string said = program.err();
    const auto at = static_cast<std::uint16_t>(std::stoi(said.substr(said.rfind("127.0.0.1:") + 10)));
    WebStream stream(at);
    stream.subscribe();
    program.signal(number);
    EXPECT_EQ(stream.wait_for_close(), 1001);
    EXPECT_EQ(program.finish().code, code) << program.err();
  }
}

TEST_F(WebProcess, APortThatIsTakenAndOneThatAnybodyCouldReach) {
  const Finished taken = run_program(folder_, words(address()));
  EXPECT_EQ(taken.code, 69);
  EXPECT_NE(taken.err.find("in use; choose another port with --listen"), std::string::npos) << taken.err;
  const Finished open = run_program(folder_, words("0.0.0.0:0"));
  EXPECT_EQ(open.code, 78);
  EXPECT_NE(open.err.find("web.trusted_proxy = true"), std::string::npos) << open.err;
  const Finished nowhere = run_program(folder_, words("moon"));
  EXPECT_EQ(nowhere.code, 78) << nowhere.err;
  std::vector<std::string> with_assets = words();
  with_assets.insert(with_assets.end(), {"--assets", folder_.path().string()});
  const Finished no_page = run_program(folder_, with_assets);
  EXPECT_EQ(no_page.code, 66) << no_page.err;
}

}  // namespace
}  // namespace groundswell::test
