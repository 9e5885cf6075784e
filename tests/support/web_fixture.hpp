// A console in this process beside an engine in it, with what a browser would ask of them.
#pragma once

#include <atomic>
#include <cmath>
#include <memory>
#include <thread>

#include "support/engine_fixture.hpp"
#include "support/web_client.hpp"
#include "web/console.hpp"

namespace groundswell::test {

class RunningConsole {
 public:
  explicit RunningConsole(const web::ConsoleOptions& options)
      : console_(must(web::Console::open(options))), thread_([this] { console_->run(stop_); }) {}
  ~RunningConsole() {
    stop_ = true;
    thread_.join();
  }
  std::uint16_t port() const {
    const std::string url = console_->url();
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }

 private:
  std::atomic<bool> stop_{false};
  std::unique_ptr<web::Console> console_;
  std::thread thread_;
};

class WebTest : public EngineTest {
 protected:
  web::ConsoleOptions console_options() {
    web::ConsoleOptions options{.listen = "127.0.0.1:0",
                                .upstream = {},
                                .universe = small_universe(),
                                .universe_file = (folder_ / "baskets.toml").string(),
                                .recordings = folder_.path().string(),
                                .assets = {},
                                .version = "test",
                                .compiler = "test"};
    options.upstream.endpoint = endpoint_in(folder_, "signals");
    return options;
  }
  static Universe small_universe() {
    config::Findings findings;
    return config::parse_universe(kSmallUniverse, "baskets.toml", findings);
  }
  void serve() { console_ = std::make_unique<RunningConsole>(console_options()); }
  std::uint16_t port() const { return console_->port(); }

  // An engine and its market, open, and a console that has joined it.
  void start_all() {
    start();
    open_market(new_york(9, 30, 5));
    serve();
    wait_until_ready();
  }
  void wait_until_ready() {
    ASSERT_TRUE(wait_until([&] { return feed_->heartbeat(now_ns_) && fetch(port(), "/readyz").status == 200; }))
        << fetch(port(), "/readyz").body;
  }
  // A trade of every symbol, and time moves on: steps are made, numbers change.
  void trade_on(unsigned round) {
    now_ns_ += 1'000 * kMillisecond;
    feed_->send_ns = now_ns_;
    std::vector<Tick> ticks;
    for (std::uint32_t symbol = 1; symbol <= kSymbols.size(); ++symbol)
      ticks.push_back(trade_tick(symbol, now_ns_, (100 + (symbol * 7 + round * 3) % 11) * kPriceScale));
    ASSERT_TRUE(feed_->ticks(ticks));
    expect_alive();
  }

  std::unique_ptr<RunningConsole> console_;
};

// The cells of levels messages as a page keeps them.
struct Cells {
  std::map<int, nlohmann::json> values;
  std::map<int, std::string> clocks;
  std::uint64_t number = 0;
  bool take(const nlohmann::json& message) {  // false: something was left out
    if (message["full"]) {
      values.clear();
    } else if (message["previous"] != number) {
      return false;
    }
    number = message["number"];
    for (std::size_t i = 0; i < message["cells"].size(); ++i) values[message["cells"][i]] = message["values"][i];
    return true;
  }
};

}  // namespace groundswell::test
