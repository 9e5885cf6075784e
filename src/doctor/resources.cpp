// What an engine takes of the machine: files, disk, keys, libraries, a terminal.
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/keys.hpp"
#include "base/library.hpp"
#include "doctor/doctor.hpp"
#include "top/curses_screen.hpp"

namespace groundswell::doctor {
namespace {

namespace fs = std::filesystem;

// A file system on which a recording is not safe, and why; "" = any other.
std::string unsafe(long type) {
  switch (type) {
    case TMPFS_MAGIC:
    case RAMFS_MAGIC: return "memory, which a restart of the machine empties";
    case NFS_SUPER_MAGIC: return "a network file system, whose writes may fail late";
    case OVERLAYFS_SUPER_MAGIC: return "a container's own layer, which goes with the container";
    default: return "";
  }
}

std::string size_text(std::uint64_t bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / static_cast<double>(1ULL << 30));
}

}  // namespace

Finding check_open_files(std::uint64_t limit) {
  constexpr std::uint64_t kOwn = 128, kPerSubscriber = 2, kUsual = 900;  // files and sockets of an engine; a subscriber asks and listens
  const std::uint64_t room = limit < kOwn ? 0 : (limit - kOwn) / kPerSubscriber;
  const std::string what = fmt::format("{} open files at once: room for about {} subscribers", limit, room);
  if (room == 0) return {"files", Verdict::kFail, what, "raise it: ulimit -n 4096, or LimitNOFILE= of the unit"};
  if (limit < kUsual) return {"files", Verdict::kWarn, what, "raise it: ulimit -n 4096, or LimitNOFILE= of the unit"};
  return {"files", Verdict::kOk, what, ""};
}

Finding check_disk(const fs::path& directory, std::uint64_t segment_bytes) {
  std::error_code error;
  fs::path there = fs::absolute(directory.empty() ? fs::path(".") : directory, error);
  while (!fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
  if (!fs::is_directory(there, error))
    return {"disk", Verdict::kFail, there.string() + " is no folder, and recordings would be made in it", "set [journal] directory"};
  if (::access(there.c_str(), W_OK | X_OK) != 0)
    return {"disk", Verdict::kFail, "nothing may be written to " + there.string(), "change its owner, or [journal] directory"};
  struct statvfs space {};
  struct statfs kind {};
  if (::statvfs(there.c_str(), &space) != 0 || ::statfs(there.c_str(), &kind) != 0)
    return {"disk", Verdict::kSkip, there.string() + " does not say how full it is", ""};
  const std::uint64_t free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
  const std::string what = fmt::format("{} has {} free", there.string(), size_text(free));
  constexpr std::uint64_t kSegments = 8;
  if (free < segment_bytes)
    return {"disk", Verdict::kFail, what + ", less than one segment of a recording", "make room, or set [journal] directory"};
  if (const std::string why = unsafe(static_cast<long>(kind.f_type)); !why.empty())
    return {"disk", Verdict::kWarn, what + "; it is " + why, "set [journal] directory to a disk"};
  if (free < kSegments * segment_bytes)
    return {"disk", Verdict::kWarn, what + fmt::format(", less than {} segments", kSegments), "make room"};
  return {"disk", Verdict::kOk, what, ""};
}

Findings check_keys(const config::Config& config) {
  if (config.security_key.empty()) return {{"keys", Verdict::kSkip, "no key is configured", ""}};
  Findings all;
  if (const auto key = net::read_key_file(config.security_key); !key)
    all.push_back({"keys", Verdict::kFail, key.error().message, ""});
  else
    all.push_back({"keys", Verdict::kOk, config.security_key + " is ours alone", ""});
  if (config.security_curve == config::Curve::kRequired && ::access(config.security_allow_list.c_str(), R_OK) != 0)
    all.push_back(
        {"keys", Verdict::kFail, config.security_allow_list + ": this allow-list cannot be read", "groundswell keygen makes one"});
  return all;
}

Finding check_zmq(const config::Config& config) {
  const net::Library zmq = net::library();
  const std::string what = fmt::format("libzmq {}{}", zmq.version, zmq.encrypts ? "" : ", without encryption");
  if (!zmq.is_new_enough) return {"libzmq", Verdict::kFail, what + "; 4.3.4 is needed", "install a newer libzmq5"};
  if (!zmq.encrypts && config.security_curve == config::Curve::kRequired)
    return {"libzmq", Verdict::kFail, what + ", and security.curve is required", "install a libzmq5 with libsodium"};
  return {"libzmq", Verdict::kOk, what, ""};
}

Finding check_terminal() {
  const auto able = top::terminal();
  if (!able) return {"terminal", Verdict::kSkip, able.error().message + "; `top` prints once", ""};
  const std::string what = fmt::format("{}, {} colours, {}", able->name, able->colours, able->utf8 ? "UTF-8" : "no UTF-8");
  if (!able->utf8) return {"terminal", Verdict::kWarn, what + ": `top` draws with likenesses", "export LC_ALL=C.UTF-8"};
  return {"terminal", Verdict::kOk, what, ""};
}

}  // namespace groundswell::doctor
