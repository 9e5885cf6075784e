#include "base/access_list.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/keys.hpp"
#include "base/open_file.hpp"

namespace groundswell::net {
namespace {

constexpr std::string_view kHeader = "name,role,public_key,state";
constexpr std::array<std::string_view, 2> kStateNames{"valid", "revoked"};
constexpr std::size_t kColumns = 4;

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(" \t\r") + 1 - begin);
}

std::string names_of_roles() { return fmt::format("{}", fmt::join(kRoleNames, ", ")); }

// One line; what is wrong with it, with the column, or "".
std::string parse_line(std::string_view line, AccessEntry& entry) {
  std::array<std::string_view, kColumns> fields;
  std::array<std::size_t, kColumns> columns{};
  std::size_t count = 0, at = 0;
  for (bool more = true; more; ++count) {
    const std::size_t comma = line.find(',', at);
    more = comma != std::string_view::npos;
    if (count < kColumns) {
      fields[count] = trim(line.substr(at, comma - at));
      columns[count] = at + 1;
    }
    at = comma + 1;
  }
  if (count != kColumns) return fmt::format("1: {} fields instead of {}; write {}", count, kColumns, kHeader);
  if (!is_peer_name(fields[0])) return fmt::format("{}: no name; use 1 to 32 of A-Z a-z 0-9 _ -", columns[0]);
  if (!parse_role(fields[1], entry.role)) return fmt::format("{}: no role; choose one of {}", columns[1], names_of_roles());
  if (!is_key(fields[2])) return fmt::format("{}: no public key; it has 40 characters, as `groundswell keygen` prints it", columns[2]);
  const auto state = std::find(kStateNames.begin(), kStateNames.end(), fields[3]);
  if (state == kStateNames.end()) return fmt::format("{}: no state; write valid or revoked", columns[3]);
  entry.name = fields[0];
  entry.public_key = fields[2];
  entry.revoked = state != kStateNames.begin();
  return {};
}

}  // namespace

bool may(Role role, Service service) noexcept {
  switch (service) {
    case Service::kSignals:
    case Service::kRequests: return role != Role::kPublisher;
    case Service::kFeed: return role == Role::kPublisher;
    case Service::kTicks: return role == Role::kRecorder || role == Role::kOperator;
  }
  return false;
}

bool is_peer_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool parse_role(std::string_view name, Role& role) {
  const auto found = std::find(kRoleNames.begin(), kRoleNames.end(), name);
  if (found == kRoleNames.end()) return false;
  role = static_cast<Role>(found - kRoleNames.begin());
  return true;
}

Result<AccessList> AccessList::load(const std::filesystem::path& path) {
  const auto text = read_guarded_file(path, 022, fmt::format("others could let themselves in: chmod go-w {}", path.string()));
  if (!text) return text.error();
  return parse(*text, path.string());
}

Result<AccessList> AccessList::parse(std::string_view text, const std::string& file_name) {
  AccessList list;
  std::string findings;
  const auto find = [&](std::size_t line, std::string_view what) {
    if (findings.size() < 4096) findings += fmt::format("{}{}:{}:{}", findings.empty() ? "" : "\n", file_name, line, what);
  };
  bool header = false;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (trim(line).empty() || line[0] == '#') continue;
    if (!header) {
      header = true;
      if (trim(line) != kHeader) find(number, fmt::format("1: the first line is no header; write {}", kHeader));
      continue;
    }
    AccessEntry entry;
    if (const std::string wrong = parse_line(line, entry); !wrong.empty()) {
      find(number, wrong);
    } else if (const auto added = list.add(std::move(entry)); !added) {
      find(number, "1: " + added.error().message);
    }
  }
  if (!findings.empty()) return fail(Exit::kConfig, findings);
  return list;
}

std::string AccessList::print() const {
  std::string text =
      fmt::format("# Who may connect to Groundswell. Written by `groundswell keygen` and `groundswell keys`.\n{}\n", kHeader);
  for (const AccessEntry& entry : entries_) {
    text += fmt::format("{},{},{},{}\n", entry.name, kRoleNames[static_cast<std::size_t>(entry.role)], entry.public_key,
                        kStateNames[entry.revoked ? 1 : 0]);
  }
  return text;
}

Result<void> AccessList::save(const std::filesystem::path& path) const {
  const std::string text = print(), next = path.string() + ".new";
  const int file = open_file(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) return fail(Exit::kCannotCreate, fmt::format("{}: cannot be written: {}", next, std::strerror(errno)));
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  const int code = errno;
  ::close(file);
  if (!written) return fail(Exit::kIo, fmt::format("{}: cannot be written: {}", next, std::strerror(code)));
  if (::rename(next.c_str(), path.c_str()) != 0)
    return fail(Exit::kIo, fmt::format("{}: cannot be replaced: {}", path.string(), std::strerror(errno)));
  return {};
}

Result<void> AccessList::add(AccessEntry entry) {
  if (entries_.size() == kMostEntries) return fail(Exit::kUsage, fmt::format("the list has {} keys, as many as fit", kMostEntries));
  if (!is_peer_name(entry.name)) return fail(Exit::kUsage, fmt::format("'{}' is no name; use 1 to 32 of A-Z a-z 0-9 _ -", entry.name));
  if (!is_key(entry.public_key)) return fail(Exit::kUsage, fmt::format("'{}' is no public key; it has 40 characters", entry.public_key));
  if (const AccessEntry* other = find(entry.public_key))
    return fail(Exit::kUsage,
                fmt::format("the key of '{}' is in the list already, as '{}'; every peer has a key of its own", entry.name, other->name));
  entries_.push_back(std::move(entry));
  return {};
}

std::size_t AccessList::revoke(std::string_view name, bool but_newest) {
  const auto newest = std::find_if(entries_.rbegin(), entries_.rend(), [&](const AccessEntry& each) { return each.name == name; });
  std::size_t count = 0;
  for (AccessEntry& each : entries_) {
    if (each.name != name || each.revoked || (but_newest && &each == &*newest)) continue;
    each.revoked = true;
    ++count;
  }
  return count;
}

const AccessEntry* AccessList::find(std::string_view public_key) const noexcept {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const AccessEntry& each) { return each.public_key == public_key; });
  return found == entries_.end() ? nullptr : &*found;
}

bool AccessList::admits_anybody() const noexcept {
  return std::any_of(entries_.begin(), entries_.end(), [](const AccessEntry& each) { return !each.revoked; });
}

}  // namespace groundswell::net
