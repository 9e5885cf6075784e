// Shows the numbers of a running engine on this terminal.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "app/interrupt.hpp"
#include "app/subscription.hpp"
#include "app/verbs.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "client/node_question.hpp"
#include "top/curses_screen.hpp"
#include "top/json.hpp"
#include "top/render.hpp"

namespace groundswell::app {
namespace {

constexpr std::int64_t kDrawEveryNs = 250'000'000, kAskEveryNs = 1'000'000'000, kPatienceNs = 3'000'000'000;
constexpr int kTurnMs = 50;                // how long a key may wait
constexpr std::uint64_t kPastEvents = 50;  // of each scope, from before it began
constexpr int kColumnsOfAFile = 120, kRowsOfPaper = 200;

// Everything that is known, kept current.
class Watch {
 public:
  static Result<std::unique_ptr<Watch>> open(const CommonOptions& common, const TopOptions& options);

  // Errors: those that end a subscription.
  client::Result<bool> poll(int wait_ms) {
    model_->set_time(monotonic_clock_ns());
    auto polled = subscriber_->poll(*model_, wait_ms);
    const std::int64_t now_ns = monotonic_clock_ns();
    if (now_ns >= ask_at_ns_) {
      question_->ask(now_ns);
      ask_at_ns_ = now_ns + kAskEveryNs;
    }
    if (const auto answer = question_->answer(0); answer && *answer) health_.take(**answer, now_ns);
    return polled;
  }
  console::Model& model() { return *model_; }
  const top::Health& health() const { return health_; }
  const std::string& endpoint() const { return endpoint_; }
  top::Scene scene() const { return {.shown = *model_, .live = *model_, .health = health_, .endpoint = endpoint_}; }
  bool has_numbers() const { return model_->heartbeat() && model_->changes() != 0; }
  bool is_whole() const { return has_numbers() && model_->state() == client::State::kLive && health_.known(); }

 private:
  Universe universe_;
  std::string endpoint_;
  net::Context context_;
  std::optional<client::Subscriber> subscriber_;
  std::optional<console::Model> model_;
  std::optional<client::StatsQuestion> question_;
  std::int64_t ask_at_ns_ = 0;
  top::Health health_;
};

// Who is in which basket, when a configuration says so. Without one baskets are shown by their ids.
Result<Universe> universe_of(const CommonOptions& common) {
  auto config = load_config_of(common);
  if (config) return config->universe;
  if (!common.config_path.empty()) return config.error();
  if (config.error().exit != Exit::kNoInput && !common.quiet)
    fmt::print(stderr, "groundswell: baskets are shown by their ids, since the configuration cannot be read:\n{}\n",
               config.error().message);
  return Universe{};
}

Result<std::unique_ptr<Watch>> Watch::open(const CommonOptions& common, const TopOptions& options) {
  auto watch = std::make_unique<Watch>();
  auto universe = universe_of(common);
  if (!universe) return universe.error();
  watch->universe_ = std::move(*universe);
  client::SubscriberOptions wanted = subscription_to(options.endpoint, options.keys);
  wanted.any_mode = true;
  wanted.operations = true;
  wanted.past_edges = kPastEvents;
  watch->endpoint_ = wanted.endpoint;
  auto subscriber = client::Subscriber::open(wanted);
  if (!subscriber) return error_of(subscriber.error());
  watch->subscriber_ = std::move(*subscriber);
  watch->model_.emplace(watch->universe_, watch->subscriber_->names());
  const auto keys = peer_keys(options.keys);
  if (!keys) return keys.error();
  auto question = client::StatsQuestion::open(watch->context_, wire::control_endpoint_of(wanted.endpoint), *keys);
  if (!question) return question.error();
  watch->question_ = std::move(*question);
  return watch;
}

Error nothing_to_show(Watch& watch) {
  const std::string& trouble = watch.model().trouble();
  const std::string why = !watch.model().heartbeat() ? "nothing is heard; is an engine or relay running there?"
                          : !trouble.empty()         ? "heartbeats come, but " + trouble
                          : watch.model().state() == client::State::kLive
                              ? "there are no numbers yet; they come with the first session that the engine sees"
                              : "heartbeats come, but not yet how things stand";
  return fail(Exit::kUnavailable, fmt::format("{}: {} (waited {} s)", watch.endpoint(), why, kPatienceNs / 1'000'000'000));
}

int print_once(Watch& watch, bool json, const std::atomic<bool>& stop) {
  const std::int64_t until_ns = monotonic_clock_ns() + kPatienceNs;
  while (!stop && !watch.is_whole() && monotonic_clock_ns() < until_ns) {
    if (const auto polled = watch.poll(kTurnMs); !polled) return report_client(polled.error());
  }
  if (stop) return exit_code_after_stop();
  if (!watch.has_numbers()) return report(nothing_to_show(watch));
  if (json) {
    fmt::print("{}\n", top::model_json(watch.scene(), monotonic_clock_ns()));
    return 0;
  }
  winsize size{};
  const bool terminal = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  const top::Size paper{terminal ? size.ws_col : kColumnsOfAFile, kRowsOfPaper};
  std::string text = top::render(watch.scene(), {.printed = true}, paper, monotonic_clock_ns()).frame.text();
  text.erase(text.find_last_not_of('\n') + 1);
  fmt::print("{}\n", text);
  return 0;
}

// The model as it was when the display was told to stand still.
struct Still {
  Still(const console::Model& now, std::int64_t at_ns) : names(now.names()), model(now.as_of_now(names)), since_ns(at_ns) {}
  client::Names names;
  console::Model model;
  std::int64_t since_ns;
};

class Display {
 public:
  Display(Watch& watch, top::CursesScreen screen) : watch_(watch), screen_(std::move(screen)) {}

  // Until q, a signal, or the end of the subscription, whose reason it returns.
  std::optional<client::Error> run(const std::atomic<bool>& stop) {
    std::int64_t draw_at_ns = 0;
    while (!stop) {
      if (const auto polled = watch_.poll(kTurnMs); !polled) return polled.error();
      bool due = monotonic_clock_ns() >= draw_at_ns;
      while (const auto key = screen_.key()) {
        if (!top::press(view_, *key, still_ ? still_->model : watch_.model(), page_)) return std::nullopt;
        due = true;
      }
      if (!due && screen_.size() == drawn_) continue;
      draw();
      draw_at_ns = monotonic_clock_ns() + kDrawEveryNs;
    }
    return std::nullopt;
  }

 private:
  void draw() {
    const std::int64_t now_ns = monotonic_clock_ns();
    if (view_.paused && !still_) still_ = std::make_unique<Still>(watch_.model(), now_ns);
    if (!view_.paused) still_.reset();
    const top::Scene scene{.shown = still_ ? still_->model : watch_.model(),
                           .live = watch_.model(),
                           .health = watch_.health(),
                           .endpoint = watch_.endpoint(),
                           .paused_ns = still_ ? still_->since_ns : 0};
    drawn_ = screen_.size();
    const top::Drawn drawn = top::render(scene, view_, drawn_, now_ns);
    page_ = drawn.page;
    view_.scroll = std::min(view_.scroll, drawn.most_scroll);
    screen_.draw(drawn.frame, view_.theme);
  }

  Watch& watch_;
  top::CursesScreen screen_;
  top::ViewState view_;
  std::unique_ptr<Still> still_;
  top::Size drawn_;
  int page_ = 1;
};

}  // namespace

int top_verb(const CommonOptions& common, const TopOptions& options) {
  log_setup(LogFormat::kText, LogLevel::kError);  // nothing may write over the screen
  const std::atomic<bool>& stop = stop_on_signal();
  auto watch = Watch::open(common, options);
  if (!watch) return report(watch.error());
  const bool is_terminal = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
  if (options.once || common.json || !is_terminal) return print_once(**watch, common.json, stop);
  const char* const no_colour = std::getenv("NO_COLOR");
  auto screen = top::CursesScreen::open(no_colour != nullptr && *no_colour != '\0');
  if (!screen) {
    if (!common.quiet) fmt::print(stderr, "groundswell: {}; printing once\n", screen.error().message);
    return print_once(**watch, common.json, stop);
  }
  std::optional<client::Error> ended;
  {
    Display display(**watch, std::move(*screen));  // gives the terminal back before anything is said
    ended = display.run(stop);
  }
  return ended ? report_client(*ended) : exit_code_after_stop();
}

}  // namespace groundswell::app
