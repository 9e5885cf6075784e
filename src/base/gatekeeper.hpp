// Decides who comes in: answers libzmq's question about every peer that shakes hands with a socket that demands a key (ZeroMQ's ZAP, RFC
// 27), by the allow-list. Follows the file of the list: a change holds for new connections within a second, and what it takes away
// raises revision(), at which bound sockets cut everybody off and let the others come back (Socket::renew_if_revoked).
//
// A thread of its own, gs-access; its work is bounded by one answer per handshake. Counters: any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "base/access_list.hpp"
#include "base/keys.hpp"
#include "base/result.hpp"
#include "base/socket.hpp"

namespace groundswell::net {

struct AccessCounters {  // handshakes that came to the question; asked = accepted + the sum of denied
  std::uint64_t asked = 0, accepted = 0;
  std::uint64_t unknown_key = 0, revoked_key = 0, wrong_role = 0, shut_out = 0, malformed = 0;  // denied
  std::uint64_t reloads = 0, bad_reloads = 0;                                                   // of the list; a bad one changes nothing
};

std::string json_of(const AccessCounters& counters);  // one object; for the report of a process

class Gatekeeper {
 public:
  // Reads the list, starts, and tries itself: a random key must be refused and a key of the list be let in, through a socket like all
  // others. Errors: those of AccessList::load; 78 a list that admits nobody; 70 the trial went wrong: then nothing may be bound.
  static Result<std::unique_ptr<Gatekeeper>> start(Context& context, const std::filesystem::path& allow_list);
  ~Gatekeeper();
  Gatekeeper(const Gatekeeper&) = delete;
  Gatekeeper& operator=(const Gatekeeper&) = delete;

  // Who came in with a key and does what hurts others, role/name as their messages say: cut off, and not let in again for a minute. Any
  // thread.
  static constexpr std::int64_t kShutOutNs = 60'000'000'000;
  void shut_out(std::string_view user_id);

  AccessCounters counters() const noexcept;
  std::uint64_t revision() const noexcept { return revision_.load(std::memory_order_acquire); }

 private:
  Gatekeeper(std::filesystem::path path, AccessList list, Socket door, int wake);
  void run();
  void answer();
  enum class Verdict { kAccepted, kUnknownKey, kRevokedKey, kWrongRole, kShutOut, kMalformed };
  Verdict judge(std::string_view domain, std::string_view mechanism, std::span<const std::byte> credentials, std::string& user_id);
  void follow_list();
  void tell(std::int64_t now_ns);
  Result<void> try_out(Context& context);

  std::filesystem::path path_;
  std::mutex mutex_;  // list_, admitted_, shut_out_until_ns_ and guest_key_
  AccessList list_;
  std::set<std::string, std::less<>> admitted_;                         // keys of the list that came in
  std::map<std::string, std::int64_t, std::less<>> shut_out_until_ns_;  // by name; monotonic
  std::string guest_key_;                                               // of the trial, while it lasts
  Socket door_;
  int wake_;                 // eventfd
  std::string seen_;         // identity of the file that list_ came from
  std::string last_denied_;  // why and from where
  std::uint64_t denied_told_ = 0;
  std::int64_t told_at_ns_ = 0;  // monotonic
  std::atomic<bool> ends_{false}, tries_itself_{true};
  std::atomic<std::uint64_t> revision_{0};
  std::atomic<std::uint64_t> asked_{0}, accepted_{0}, unknown_key_{0}, revoked_key_{0}, wrong_role_{0}, denied_shut_out_{0}, malformed_{0},
      reloads_{0}, bad_reloads_{0};
  std::thread thread_;
};

}  // namespace groundswell::net
