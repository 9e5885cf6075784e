#include "base/gatekeeper.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"

namespace groundswell::net {
namespace {

constexpr const char* kDoor = "inproc://zeromq.zap.01";  // where libzmq asks
constexpr int kLookAtListMs = 500;
constexpr std::int64_t kTellEveryNs = 10'000'000'000;
constexpr std::int64_t kTrialNs = 5'000'000'000;
constexpr std::int64_t kLargestFrameBytes = 1024;

std::string_view text_of(const Frame& frame) { return {reinterpret_cast<const char*>(frame.bytes().data()), frame.bytes().size()}; }

// Changes when the file is another one or has other bytes; "" when it is not there.
std::string identity_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return fmt::format("{}:{}:{}.{}", status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

}  // namespace

Gatekeeper::Gatekeeper(std::filesystem::path path, AccessList list, Socket door, int wake)
    : path_(std::move(path)), list_(std::move(list)), door_(std::move(door)), wake_(wake), seen_(identity_of(path_)) {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "gs-access");
}

Gatekeeper::~Gatekeeper() {
  ends_ = true;
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_, &one, sizeof one));
  thread_.join();
  ::close(wake_);
}

Result<std::unique_ptr<Gatekeeper>> Gatekeeper::start(Context& context, const std::filesystem::path& allow_list) {
  auto list = AccessList::load(allow_list);
  if (!list) return list.error();
  if (!list->admits_anybody())
    return fail(Exit::kConfig, fmt::format("{}: admits nobody; add a key: groundswell keygen --name N --role R --out DIR --allow-list {}",
                                           allow_list.string(), allow_list.string()));
  auto door = Socket::open(context, SocketType::kRouter, Attach::kBind, kDoor, kLargestFrameBytes);
  if (!door) return door.error();
  const int wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) return fail(Exit::kUnavailable, "cannot start access control: no more files may be opened; raise the limit");
  std::unique_ptr<Gatekeeper> gatekeeper(new Gatekeeper(allow_list, std::move(*list), std::move(*door), wake));
  if (const auto works = gatekeeper->try_out(context); !works) return works.error();
  return gatekeeper;
}

// Through a socket of its own that is opened as all others are. Handshakes of the trial are not in the counters.
Result<void> Gatekeeper::try_out(Context& context) {
  const KeyPair server = make_key_pair(), stranger = make_key_pair(), guest = make_key_pair();
  {
    const std::scoped_lock lock(mutex_);
    guest_key_ = guest.public_key;
  }
  auto bound = Socket::open_guarded(context, SocketType::kRouter, "tcp://127.0.0.1:*", kLargestFrameBytes, server);
  if (!bound) return bound.error();
  const auto comes_in = [&](const KeyPair& own) -> Result<bool> {
    const std::uint64_t denied = unknown_key_;  // before it knocks: it does so once
    auto client = Socket::open(context, SocketType::kDealer, Attach::kConnect, bound->last_endpoint(), kLargestFrameBytes,
                               {.server_key = server.public_key, .own = own});
    if (!client) return client.error();
    Frame frame;
    bool sent = false;
    for (const std::int64_t until_ns = monotonic_clock_ns() + kTrialNs; monotonic_clock_ns() < until_ns;) {
      if (!sent) sent = client->send("let me in");
      if (bound->receive(frame, 1)) return true;
      if (unknown_key_ != denied) return false;
    }
    return fail(Exit::kInternal, "access control was tried and did not answer in 5 s; nothing was bound");
  };
  const auto stranger_in = comes_in(stranger);
  if (!stranger_in) return stranger_in.error();
  if (*stranger_in) return fail(Exit::kInternal, "access control was tried and let a random key in; nothing was bound");
  const auto guest_in = comes_in(guest);
  if (!guest_in) return guest_in.error();
  if (!*guest_in) return fail(Exit::kInternal, "access control was tried and refused a key that it should let in; nothing was bound");
  const std::scoped_lock lock(mutex_);
  guest_key_.clear();
  asked_ = accepted_ = unknown_key_ = 0;
  tries_itself_ = false;
  return {};
}

AccessCounters Gatekeeper::counters() const noexcept {
  return {.asked = asked_,
          .accepted = accepted_,
          .unknown_key = unknown_key_,
          .revoked_key = revoked_key_,
          .wrong_role = wrong_role_,
          .shut_out = denied_shut_out_,
          .malformed = malformed_,
          .reloads = reloads_,
          .bad_reloads = bad_reloads_};
}

std::string json_of(const AccessCounters& counters) {
  return fmt::format(R"({{"asked":{},"accepted":{},"denied":{{"unknown_key":{},"revoked_key":{},"wrong_role":{},"shut_out":{},)"
                     R"("malformed":{}}},"reloads":{},"bad_reloads":{}}})",
                     counters.asked, counters.accepted, counters.unknown_key, counters.revoked_key, counters.wrong_role, counters.shut_out,
                     counters.malformed, counters.reloads, counters.bad_reloads);
}

void Gatekeeper::run() {
  Socket* const door = &door_;
  std::int64_t look_at_ns = 0;
  while (!ends_) {
    wait_any({&door, 1}, wake_, kLookAtListMs);
    answer();
    const std::int64_t now_ns = monotonic_clock_ns();
    if (now_ns < look_at_ns) continue;
    look_at_ns = now_ns + std::int64_t{kLookAtListMs} * 1'000'000;
    follow_list();
    tell(now_ns);
  }
}

// A question: who asks, an empty frame, version, number, domain, address, identity, mechanism, credentials.
void Gatekeeper::answer() {
  constexpr std::size_t kFrames = 9;
  std::array<Frame, kFrames> frames;
  for (int questions = 0; questions < 256 && door_.receive(frames[0], 0); ++questions) {
    std::size_t count = 1;
    bool more = frames[0].more();
    for (Frame rest; more; ++count) {
      Frame& into = count < kFrames ? frames[count] : rest;
      if (!door_.receive(into, 0)) break;
      more = into.more();
    }
    asked_.fetch_add(1, std::memory_order_relaxed);
    std::string user_id;
    const bool whole = count == kFrames && text_of(frames[2]) == "1.0";
    const Verdict verdict = whole ? judge(text_of(frames[4]), text_of(frames[7]), frames[8].bytes(), user_id) : Verdict::kMalformed;
    switch (verdict) {
      case Verdict::kAccepted: ++accepted_; break;
      case Verdict::kUnknownKey: ++unknown_key_; break;
      case Verdict::kRevokedKey: ++revoked_key_; break;
      case Verdict::kWrongRole: ++wrong_role_; break;
      case Verdict::kShutOut: ++denied_shut_out_; break;
      case Verdict::kMalformed: ++malformed_; break;
    }
    if (count < 4) continue;  // nobody to answer to
    const bool accepted = verdict == Verdict::kAccepted;
    if (!accepted && whole) last_denied_ = fmt::format("{} from {} at {}", user_id, text_of(frames[5]), text_of(frames[4]));
    if (!door_.send(frames[0].bytes(), true)) continue;  // it has gone meanwhile
    door_.send(std::string_view(), true);
    door_.send("1.0", true);
    door_.send(frames[3].bytes(), true);
    door_.send(accepted ? "200" : "400", true);
    door_.send(accepted ? "OK" : "not on the list", true);
    door_.send(accepted ? std::string_view(user_id) : std::string_view(), true);
    door_.send(std::string_view());
  }
}

// `user_id`: of an accepted peer what its messages carry; else why not.
Gatekeeper::Verdict Gatekeeper::judge(std::string_view domain, std::string_view mechanism, std::span<const std::byte> credentials,
                                      std::string& user_id) {
  const auto service = std::find(kServiceNames.begin(), kServiceNames.end(), domain);
  user_id = "a question that is none";
  if (mechanism != "CURVE" || credentials.size() != kKeyBytes || service == kServiceNames.end()) return Verdict::kMalformed;
  const std::string key = key_text(credentials);
  const std::scoped_lock lock(mutex_);
  const AccessEntry* const entry = list_.find(key);
  if (key == guest_key_) return Verdict::kAccepted;
  user_id = fmt::format("unknown key {}", key);
  if (entry == nullptr) return Verdict::kUnknownKey;
  user_id = fmt::format("revoked key of {}", entry->name);
  if (entry->revoked) return Verdict::kRevokedKey;
  user_id = fmt::format("{} {}", kRoleNames[static_cast<std::size_t>(entry->role)], entry->name);
  if (!may(entry->role, static_cast<Service>(service - kServiceNames.begin()))) return Verdict::kWrongRole;
  const auto shut_out = shut_out_until_ns_.find(entry->name);
  if (shut_out != shut_out_until_ns_.end() && monotonic_clock_ns() < shut_out->second) return Verdict::kShutOut;
  user_id = fmt::format("{}/{}", kRoleNames[static_cast<std::size_t>(entry->role)], entry->name);
  admitted_.insert(key);
  return Verdict::kAccepted;
}

void Gatekeeper::shut_out(std::string_view user_id) {
  const std::string name(user_id.substr(user_id.find('/') + 1));
  log_warning("access", "{} is cut off, and shut out for a minute: it subscribes without end", user_id);
  const std::scoped_lock lock(mutex_);
  shut_out_until_ns_[name] = monotonic_clock_ns() + kShutOutNs;
  revision_.fetch_add(1, std::memory_order_release);
}

void Gatekeeper::follow_list() {
  std::string now = identity_of(path_);
  if (now == seen_) return;
  seen_ = std::move(now);
  auto next = AccessList::load(path_);
  if (!next) {
    ++bad_reloads_;
    log_error("access", "the allow-list stays as it was: {}", next.error().message);
    return;
  }
  const std::scoped_lock lock(mutex_);
  const std::size_t cut = std::erase_if(admitted_, [&](const std::string& key) {
    const AccessEntry *const before = list_.find(key), *const after = next->find(key);
    return after == nullptr || after->revoked || before == nullptr || after->role != before->role;
  });
  list_ = std::move(*next);
  ++reloads_;
  if (cut > 0) revision_.fetch_add(1, std::memory_order_release);
  log_info("access", "the allow-list has changed: {} keys, {} that were let in before are not welcome now", list_.entries().size(), cut);
}

void Gatekeeper::tell(std::int64_t now_ns) {
  const AccessCounters now = counters();
  const std::uint64_t denied = now.asked - now.accepted;
  if (tries_itself_) return;
  if (denied == denied_told_ || (denied_told_ != 0 && now_ns - told_at_ns_ < kTellEveryNs)) return;
  denied_told_ = denied;
  told_at_ns_ = now_ns;
  log_warning("access", "denied until now: {} (unknown key {}, revoked {}, wrong role {}, shut out {}, malformed {}); the last: {}", denied,
              now.unknown_key, now.revoked_key, now.wrong_role, now.shut_out, now.malformed, last_denied_);
}

}  // namespace groundswell::net
