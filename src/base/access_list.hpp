// Who may connect, and to what: the allow-list, and the rights of each role.
//
//   name,role,public_key,state        a CSV file that `groundswell keygen` and `groundswell keys` write; # begins a comment
//   bot-7,subscriber,<40 characters>,valid
//
// A name may have several keys, while one is replaced by the next. Thread: any, when nobody changes it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace groundswell::net {

enum class Role : std::uint8_t { kPublisher, kSubscriber, kConsole, kRecorder, kOperator };
inline constexpr std::array<std::string_view, 5> kRoleNames{"publisher", "subscriber", "console", "recorder", "operator"};

// What a bound socket is for; follows from its type (net::Socket), so that none is opened without it.
enum class Service : std::uint8_t {
  kSignals,   // XPUB: signals go out
  kRequests,  // ROUTER: snapshots, fills, streams
  kFeed,      // SUB, PULL: ticks come in
  kTicks,     // PUB, PUSH: ticks go out
};
inline constexpr std::array<std::string_view, 4> kServiceNames{"signals", "requests", "feed", "ticks"};

//              signals  requests  feed  ticks
// publisher       –        –       yes    –
// subscriber     yes      yes       –     –
// console        yes      yes       –     –
// recorder       yes      yes       –    yes     an engine, a relay or an archive: takes everything there is
// operator       yes      yes       –    yes
// What of the requests a role may ask is for the server that answers them; it sees the role in Frame::user_id().
bool may(Role role, Service service) noexcept;

struct AccessEntry {
  std::string name;
  Role role = Role::kSubscriber;
  std::string public_key;
  bool revoked = false;
  friend bool operator==(const AccessEntry&, const AccessEntry&) = default;
};

class AccessList {
 public:
  static constexpr std::size_t kMostEntries = 4096;

  // Errors: 66; 77 others than its owner may write it; 78 with every finding as "file:line:column: what; what to do".
  static Result<AccessList> load(const std::filesystem::path& path);
  static Result<AccessList> parse(std::string_view text, const std::string& file_name);
  std::string print() const;                                   // as parse() reads it
  Result<void> save(const std::filesystem::path& path) const;  // in one piece or not at all. Errors: 73, 74

  // Errors: 64 a name or key that is none, a key that is in the list, a list that is full.
  Result<void> add(AccessEntry entry);
  // Keys of `name` that were valid and are not now; `but_newest` leaves its last one alone.
  std::size_t revoke(std::string_view name, bool but_newest);
  const std::vector<AccessEntry>& entries() const noexcept { return entries_; }
  const AccessEntry* find(std::string_view public_key) const noexcept;
  bool admits_anybody() const noexcept;  // has a valid entry

 private:
  std::vector<AccessEntry> entries_;  // in the order of the file
};

bool is_peer_name(std::string_view name);  // 1 .. 32 of A-Z a-z 0-9 _ -
bool parse_role(std::string_view name, Role& role);

}  // namespace groundswell::net
