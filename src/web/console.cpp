#include "web/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/clock.hpp"
#include "metrics/prometheus.hpp"
#include "web/assets.hpp"
#include "web/live.hpp"
#include "web/recordings.hpp"
#include "web/replay.hpp"
#include "web/worker.hpp"

namespace groundswell::web {
namespace {

constexpr std::size_t kMostEvents = 5'000, kEventsUnlessSaid = 500, kMostSeries = 256;
constexpr std::string_view kApi = "/api/";

// Nothing: it is no number.
std::optional<std::uint64_t> number_of(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::vector<std::string> list_of(const std::string* text) {
  std::vector<std::string> words;
  if (text == nullptr) return words;
  for (std::size_t at = 0; at <= text->size();) {
    const std::size_t end = std::min(text->find(',', at), text->size());
    if (end > at) words.push_back(text->substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace

struct Console::Impl final : Application {
  explicit Impl(const ConsoleOptions& of) : options(of), recordings(of.recordings) {}

  void respond(const Request& request, Answer answer) override {
    if (request.path == "/api/v1/recordings") return list_recordings(std::move(answer));
    if (request.path == "/api/v1/history") return history(request, answer);
    answer(response_to(request));
  }
  std::optional<Response> refuse_stream(const Request& request) override;
  std::unique_ptr<Stream> open_stream(const Request& request, Peer& peer) override;
  void turn() override {
    const std::int64_t now_ns = monotonic_clock_ns();
    live->turn(now_ns, server->counters());
    replays->turn(now_ns);
  }

  Response response_to(const Request& request) const;
  Response events(const Request& request) const;
  void history(const Request& request, const Answer& answer);
  Response readiness() const;
  Response metrics() const;
  void list_recordings(Answer answer);

  ConsoleOptions options;
  std::unique_ptr<Server> server;
  std::optional<Assets> assets;
  std::unique_ptr<Live> live;
  std::unique_ptr<Replays> replays;
  Recordings recordings;         // the worker's
  std::optional<Worker> worker;  // before what it uses goes
};

Response Console::Impl::response_to(const Request& request) const {
  const std::string& path = request.path;
  if (path == "/livez") return text_response("ok\n", "text/plain; charset=utf-8");
  if (path == "/readyz" || path == "/healthz") return readiness();
  if (path == "/metrics") return metrics();
  if (path == "/api/v1/events") return events(request);
  if (path == "/api/v1/catalog" || path == "/api/v1/snapshot") {
    if (live->catalog().empty()) return error_response(503, fmt::format("{}", fmt::join(live->not_ready(), "; ")));
    if (path == "/api/v1/catalog") return text_response(live->catalog());
    return text_response(fmt::format(R"({{"levels":{},"subjects":{}}})", console::levels_message(live->model(), 0),
                                     console::subjects_message(live->model(), 0)));
  }
  if (path == "/api/v1/stream" || path == "/api/v1/replay") return error_response(400, "this is a WebSocket; open it with ws://");
  if (path.starts_with(kApi) || path == "/api")
    return error_response(404, "there is catalog, snapshot, events, history, recordings, stream and replay under /api/v1/");
  return assets->respond(request);
}

Response Console::Impl::events(const Request& request) const {
  const std::string* const since = request.find("since");
  const std::string* const limit = request.find("limit");
  const auto from = since == nullptr ? std::optional<std::uint64_t>(0) : number_of(*since);
  const auto most = limit == nullptr ? std::optional<std::uint64_t>(kEventsUnlessSaid) : number_of(*limit);
  if (!from) return error_response(400, "since is the eseq of an event, a whole number");
  if (!most || *most == 0 || *most > kMostEvents) return error_response(400, "limit is 1 to 5000");
  return text_response(console::events_answer(live->model(), *from, *most));
}

void Console::Impl::history(const Request& request, const Answer& answer) {
  const auto refuse = [&](unsigned status, std::string_view what) { answer(error_response(status, what)); };
  const std::vector<std::string> signals = list_of(request.find("signals")), scopes = list_of(request.find("scopes"));
  for (const std::string& each : signals) {
    if (!console::History::keeps(each))
      return refuse(400, fmt::format("no history of '{}'; it is kept of {}", each, fmt::join(console::History::signals(), " ")));
  }
  if (signals.empty() || scopes.empty()) return refuse(400, "signals=ID,… and scopes=NAME,… say of what");
  if (signals.size() * scopes.size() > kMostSeries) return refuse(400, "at most 256 series at once; ask for some of them");
  const std::string* const clock = request.find("clock");
  if (clock != nullptr && *clock != "live" && *clock != "close") return refuse(400, "clock is live or close");
  const Clock of = clock != nullptr && *clock == "close" ? Clock::kClose : Clock::kLive;
  if (const std::string* const recording = request.find("recording")) {
    if (!replays->ask_history(*recording, signals, scopes, of, answer)) refuse(404, "no replay of that recording is open");
    return;
  }
  const std::vector<std::string>& known = live->model().names().catalog().scopes;
  if (known.empty()) return refuse(503, "nothing is known of the engine yet");
  for (const std::string& each : scopes) {
    if (std::find(known.begin(), known.end(), each) == known.end()) return refuse(400, "there is no scope '" + each + "'");
  }
  answer(text_response(live->history().json(signals, scopes, of)));
}

Response Console::Impl::readiness() const {
  std::string reasons;
  for (const std::string& each : live->not_ready()) reasons += (reasons.empty() ? "" : ",") + console::json_string(each);
  return text_response(fmt::format(R"({{"ready":{},"reasons":[{}]}})", reasons.empty(), reasons), "application/json",
                       reasons.empty() ? 200 : 503);
}

// The engine's, and what the console itself counts.
Response Console::Impl::metrics() const {
  const ServerCounters& counted = server->counters();
  std::string text = metrics::prometheus_text(live->stats(), {.version = options.version,
                                                              .compiler = options.compiler,
                                                              .ws_sessions = counted.sessions,
                                                              .ws_conflated = live->conflated(),
                                                              .ws_too_slow = counted.too_slow,
                                                              .http_requests = counted.requests,
                                                              .http_refused = counted.refused});
  return text_response(std::move(text), metrics::kContentType);
}

void Console::Impl::list_recordings(Answer answer) {
  if (options.recordings.empty()) return answer(text_response(R"({"recordings":[]})"));
  worker->run([this, running = live->model().recording_id(), answer = std::move(answer)] {
    const auto text = std::make_shared<std::string>(recordings.json(running));
    server->post([answer, text] { answer(text_response(std::move(*text))); });
  });
}

std::optional<Response> Console::Impl::refuse_stream(const Request& request) {
  if (request.path == "/api/v1/stream") return std::nullopt;
  if (request.path != "/api/v1/replay") return error_response(404, "streams are /api/v1/stream and /api/v1/replay?recording=NAME");
  const std::string* const name = request.find("recording");
  if (name == nullptr || !recording_path(options.recordings, *name))
    return error_response(404, "recording=NAME is a name of /api/v1/recordings, and nothing there has this one");
  if (replays->are_full()) return error_response(503, "four replays are open, which is all there may be; close one and try again");
  return std::nullopt;
}

std::unique_ptr<Stream> Console::Impl::open_stream(const Request& request, Peer& peer) {
  if (request.path == "/api/v1/stream") return live->open_session(peer, monotonic_clock_ns());
  return replays->open_session(*request.find("recording"), peer, monotonic_clock_ns());
}

Result<std::unique_ptr<Console>> Console::open(const ConsoleOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  auto assets = Assets::open(options.assets);
  if (!assets) return assets.error();
  impl->assets = std::move(*assets);
  auto live = Live::open(
      {.upstream = options.upstream, .universe = options.universe, .version = options.version, .recordings = options.recordings});
  if (!live) return live.error();
  impl->live = std::move(*live);
  auto server = Server::open({.listen = options.listen, .hosts = options.hosts, .origins = options.origins});
  if (!server) return server.error();
  impl->server = std::move(*server);
  impl->replays = std::make_unique<Replays>(
      ReplayOptions{.folder = options.recordings, .universe_file = options.universe_file, .version = options.version}, *impl->server);
  impl->worker.emplace();
  return std::unique_ptr<Console>(new Console(std::move(impl)));
}

Console::Console(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Console::~Console() = default;

std::string Console::url() const {
  const auto colon = impl_->options.listen.rfind(':');
  return fmt::format("http://{}:{}/", impl_->options.listen.substr(0, colon), impl_->server->port());
}

void Console::run(const std::atomic<bool>& stop) { impl_->server->run(*impl_, stop); }

}  // namespace groundswell::web
