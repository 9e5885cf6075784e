// A feed of a made-up market: what `groundswell simulate` runs. Sends instruments (TC), heartbeats with market time (TH) and ticks (TK)
// like a real gateway, on one line or two, paced by market time over speed, and answers tick fills. The same options give the same ticks
// with the same numbers; only the feed epoch (unless given) and the cutting into batches depend on when it runs, and with the cutting, at
// speeds over 0, which batches a line loses. Every time in its frames, sendTs included, is market time: an engine with time.source = "feed"
// needs no other clock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/socket.hpp"
#include "config/calendar.hpp"
#include "feed/fill_server.hpp"
#include "groundswell/record.hpp"
#include "groundswell/universe.hpp"
#include "simulate/fault_options.hpp"
#include "simulate/faulty_tape.hpp"
#include "simulate/line.hpp"
#include "simulate/market_model.hpp"

namespace groundswell::simulate {

enum class Pattern { kPub, kPush };  // to a SUB, which may lose, or to a PULL, which slows the sender instead

struct SimulatorOptions {
  Universe universe;
  config::Calendar calendar;
  std::uint64_t seed = 1;
  Profile profile = Profile::kOpen;                  // of the first session; later ones are plain
  double rate = 400;                                 // mean trades per market second over all symbols
  double quotes_per_trade = 0;                       // 0 = trades only
  double speed = 1;                                  // market seconds per wall second; 0 = as fast as the receiver takes it
  std::uint32_t session = 20261120;                  // first live session, yyyymmdd
  unsigned start_seconds = 9 * 3600 + 29 * 60 + 30;  // New York time of day at which the first session starts; later ones at 09:29:30
  std::uint32_t sessions = 0;                        // live sessions to play; 0 = until stopped
  std::uint64_t max_ticks = 0;                       // stop making ticks after so many; 0 = no limit
  // true: return 300 ms after the last tick, and when a PUSH was taken by its peer (10 s at most); false: go on with heartbeats until
  // stopped.
  bool exit_when_done = false;

  std::string endpoint = "tcp://127.0.0.1:5555";
  std::string line_b;                                 // second line: the same ticks, numbers and epoch on another endpoint; "" = none
  std::string fill_endpoint;                          // where fills are answered (ROUTER, bound); "" = nowhere
  std::size_t fill_log_ticks = std::size_t{1} << 20;  // how many of the last ticks can be asked for
  FaultOptions faults;

  net::Attach attach = net::Attach::kBind;  // of the lines
  net::PeerKeys keys;                       // of lines that connect
  Pattern pattern = Pattern::kPub;
  std::int64_t instruments_every_ns = 5'000'000'000;  // wall time from one announcement of the instruments to the next
  std::uint64_t join_wait_ns = 500'000'000;  // wall time for subscribers to join before the first tick; a PUSH waits for its peer instead
  std::uint16_t feed = 1;
  std::uint8_t line = 0;         // 0 or 1: two senders with the same options and feed_epoch are lines A and B too; 0 with line_b
  std::uint64_t feed_epoch = 0;  // 0 = wall clock at start, ns

  std::filesystem::path history_path;    // written by write_history
  Regime regime = Regime::kNull;         // of the history, and on
  std::uint32_t history_sessions = 520;  // sessions that the model plays before the first live one, written or not
};

struct SimulatorReport {
  std::vector<std::string> endpoints;  // of the lines, with the ports chosen
  std::string fill_endpoint;
  std::uint64_t feed_epoch = 0;  // the last one
  std::uint64_t ticks = 0;       // over all epochs, whether or not a line lost them
  std::uint64_t batches = 0;
  std::uint64_t sessions = 0;  // played to their final commit
  std::uint64_t last_market_time_ns = 0;
  std::uint64_t restarts = 0;
  TapeFaultCounters tape;
  std::vector<LineFaultCounters> lines;
  feed::FillServerCounters fills;
};

// Sends until `stop`, or until done with exit_when_done. `attached`, when given, is called once the sockets are there, with the endpoints
// in the report: whoever chose port * learns it so. Errors: 64 options that make no sense, and those of Socket::open. Thread: the caller's;
// `stop` may be set by any other thread or a signal handler and is seen within 50 ms.
Result<SimulatorReport> run_simulator(net::Context& context, const SimulatorOptions& options, const std::atomic<bool>& stop,
                                      const std::function<void(const SimulatorReport&)>& attached = {});

// Writes history_path: a recording of the history_sessions calendar sessions before the first live one, a bar per listed symbol and
// session, in the layout of an import. The live session continues its closes. Records and recording id depend on the options alone. Says
// how many records those are. Errors: 64, and Writer's.
Result<std::uint64_t> write_history(const SimulatorOptions& options);

// fundamentals.csv of every member, made up and saying so: its business is as good as its exposure, which a broad regime rewards, and
// chance of its own; its label has nothing to do with either. The same numbers in every filing, one each 63 sessions of the history and one
// before the first live session.
std::string fundamentals_text(const SimulatorOptions& options);
// Writes them. Errors: 64, 73.
Result<void> write_fundamentals(const std::filesystem::path& path, const SimulatorOptions& options);

// The model after its history: what the first live session starts from.
MarketModel make_model(const SimulatorOptions& options);
// The `count` sessions of the calendar before `session`, rising.
std::vector<std::uint32_t> sessions_before(const config::Calendar& calendar, std::uint32_t session, std::uint32_t count);
// The group of four ticks that says one bar of a whole session.
std::array<Record, 4> bar_records(const SessionBar& bar, std::uint32_t symbol, std::uint64_t close_ns);
Result<void> check_options(const SimulatorOptions& options);

}  // namespace groundswell::simulate
