#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "app/demo_table.hpp"
#include "app/interrupt.hpp"
#include "app/verbs.hpp"
#include "base/clock.hpp"
#include "groundswell/client/subscriber.hpp"
#include "groundswell_version.hpp"
#include "pipeline/live.hpp"
#include "simulate/simulator.hpp"
#include "web/console.hpp"

namespace groundswell::app {
namespace {

constexpr int kWidthOfAFile = 120;  // where standard output is no terminal

int terminal_width() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kWidthOfAFile;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "groundswell-demo-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;  // nothing more can be done about it at this point
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

class RunningSimulator {
 public:
  RunningSimulator(net::Context& context, simulate::SimulatorOptions options)
      : thread_([this, &context, options = std::move(options)] {
          const auto done = simulate::run_simulator(context, options, stop_);
          if (!done) report(done.error());
        }) {}
  ~RunningSimulator() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// Beside the engine, in this process: the page of what it publishes.
class RunningConsole {
 public:
  explicit RunningConsole(std::unique_ptr<web::Console> console)
      : console_(std::move(console)), thread_([this] { console_->run(stop_); }) {}
  ~RunningConsole() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::unique_ptr<web::Console> console_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// At the port that was asked for, or any other when that is taken.
Result<std::unique_ptr<web::Console>> open_console(web::ConsoleOptions options, std::uint16_t port) {
  options.listen = fmt::format("127.0.0.1:{}", port);
  auto console = web::Console::open(options);
  if (console || console.error().exit != Exit::kUnavailable) return console;
  options.listen = "127.0.0.1:0";
  return web::Console::open(options);
}

class TableFiller final : public client::Handler {
 public:
  TableFiller(DemoTable& table, const client::Names& names) : table_(table), names_(names) {}
  void on_levels(const client::LevelsEvent& event) override { table_.take(event, names_); }

 private:
  DemoTable& table_;
  const client::Names& names_;
};

}  // namespace

int demo_verb(const CommonOptions& common, const DemoOptions& demo) {
  const std::atomic<bool>& stop = stop_on_signal();
  const std::int64_t started_ns = monotonic_clock_ns();
  const TemporaryFolder folder;
  if (folder.path().empty()) return report(fail(Exit::kCannotCreate, "no temporary folder can be made"));
  const std::string feed_endpoint = "ipc://" + (folder.path() / "feed").string(),
                    signal_endpoint = "ipc://" + (folder.path() / "signals").string();

  simulate::SimulatorOptions market;
  const auto shipped = config::config_for_universe(config::find_config_data("baskets.toml"));
  if (!shipped) return report(shipped.error());
  market.universe = shipped->universe;
  web::ConsoleOptions page{.upstream = {},
                           .universe = shipped->universe,
                           .universe_file = config::find_config_data("baskets.toml").string(),
                           .recordings = folder.path().string(),
                           .assets = {},
                           .version = kVersion,
                           .compiler = kCompiler};
  page.upstream.endpoint = signal_endpoint;
  auto console = open_console(page, demo.port);
  if (!console) return report(console.error());
  const std::string url = (*console)->url();
  if (!common.quiet) fmt::print(stderr, "groundswell: console on {}\n", url);
  const RunningConsole serving(std::move(*console));
  auto calendar = find_calendar("");
  if (!calendar) return report(calendar.error());
  market.calendar = *calendar;
  const auto profile = simulate::parse_profile(demo.profile);
  if (!profile) return report(fail(Exit::kUsage, "--profile: '" + demo.profile + "' is none of open, rotation, thrust, gap"));
  market.profile = *profile;
  market.regime = simulate::Regime::kNarrowToBroad;
  market.seed = demo.seed;
  market.rate = demo.rate;
  market.speed = demo.speed;
  market.endpoint = feed_endpoint;
  market.history_path = folder.path() / "history.gsj";
  if (!common.quiet) fmt::print(stderr, "groundswell: making {} sessions of history …\n", market.history_sessions);
  if (const auto written = simulate::write_history(market); !written) return report(written.error());
  const std::filesystem::path fundamentals = folder.path() / "fundamentals.csv";
  if (const auto written = simulate::write_fundamentals(fundamentals, market); !written) return report(written.error());

  CommonOptions settings;
  settings.config_path = config::find_config_data("groundswell.toml");
  settings.settings = {{"time.source", "feed"},
                       {"publish.endpoint", "'" + signal_endpoint + "'"},
                       {"journal.recording", "'" + (folder.path() / "recording").string() + "'"},
                       {"journal.segment_size", "'64MiB'"},
                       {"universe.fundamentals", "'" + fundamentals.string() + "'"},
                       {"history.recording", "'" + market.history_path.string() + "'"}};
  auto config = load_config_of(settings);
  if (!config) return report(config.error());
  config->feeds = {{.name = "simulated", .endpoint = feed_endpoint}};
  log_setup(LogFormat::kText, LogLevel::kWarning);

  net::Context context;
  auto engine = pipeline::LiveEngine::start(context, *config);
  if (!engine) return report(engine.error());
  auto subscriber = client::Subscriber::open({.endpoint = signal_endpoint, .edges = false, .any_mode = true});
  if (!subscriber) return report(fail(Exit::kUnavailable, subscriber.error().message));

  const bool screen = ::isatty(STDOUT_FILENO) != 0 && !common.json;
  const bool colour = screen && std::getenv("NO_COLOR") == nullptr;
  DemoTable table(config->universe);
  TableFiller filler(table, subscriber->names());
  bool told_first = false;
  {
    const RunningSimulator simulator(context, market);
    const std::int64_t draw_every_ns = screen ? 500'000'000 : 5'000'000'000;
    std::int64_t draw_at_ns = monotonic_clock_ns();
    const auto over = [&] {
      return stop || !(*engine)->running() ||
             (demo.seconds > 0 && static_cast<double>(monotonic_clock_ns() - started_ns) / 1e9 > demo.seconds);
    };
    while (!over()) {
      if (const auto polled = subscriber->poll(filler, 50); !polled) return report(fail(Exit::kUnavailable, polled.error().message));
      if (!told_first && table.has_values()) {
        told_first = true;
        if (!screen)
          fmt::print(stderr, "groundswell: first value after {:.1f} s\n", static_cast<double>(monotonic_clock_ns() - started_ns) / 1e9);
      }
      if (monotonic_clock_ns() < draw_at_ns || !table.has_values()) continue;
      draw_at_ns = monotonic_clock_ns() + draw_every_ns;
      if (screen) fmt::print("\x1b[H\x1b[2J");
      fmt::print("{}\n", table.draw(fmt::format("{}x  {}  Ctrl-C ends", demo.speed, url), colour, terminal_width()));
      std::fflush(stdout);
    }
  }
  const auto finished = (*engine)->stop();
  if (!finished) return report(finished.error());
  if (!common.quiet) {
    fmt::print(stderr, "groundswell: {} ticks, {} levels, {} events, {}\n", finished->fold.ticks, finished->fold.levels,
               finished->fold.edges, finished->digest);
  }
  return stop && stop_signal() != 0 ? exit_code_after_stop() : 0;
}

}  // namespace groundswell::app
