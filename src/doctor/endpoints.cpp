// Endpoints that an engine would bind: whether they can be had, and who has them.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <sstream>

#include "base/endpoint.hpp"
#include "doctor/doctor.hpp"
#include "wire/control.hpp"

namespace groundswell::doctor {
namespace {

namespace fs = std::filesystem;

// Inodes of the sockets that listen on a port, from a table of /proc/net.
void listening(const fs::path& table, unsigned port, std::set<std::string>& inodes) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    fields >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    const std::size_t colon = local.rfind(':');
    constexpr const char* kListens = "0A";
    if (state == kListens && colon != std::string::npos && std::strtoul(local.c_str() + colon + 1, nullptr, 16) == port)
      inodes.insert(inode);
  }
}

struct Holder {
  std::string id, name;
};
// The process that listens on a port, as far as we may see it.
std::optional<Holder> holder_of(const fs::path& root, unsigned port) {
  std::set<std::string> inodes;
  listening(root / "proc/net/tcp", port, inodes);
  listening(root / "proc/net/tcp6", port, inodes);
  std::error_code none;
  for (const fs::directory_entry& process : fs::directory_iterator(root / "proc", none)) {
    const std::string id = process.path().filename();
    if (id.find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code hidden;  // processes of others
    for (auto file = fs::directory_iterator(process.path() / "fd", hidden); !hidden && file != fs::directory_iterator();
         file.increment(hidden)) {
      const std::string target = fs::read_symlink(file->path(), none).string();
      if (!target.starts_with("socket:[") || !inodes.contains(target.substr(8, target.size() - 9))) continue;
      std::ifstream comm(process.path() / "comm");
      Holder holder{.id = id, .name = {}};
      std::getline(comm, holder.name);
      return holder;
    }
  }
  return std::nullopt;
}

// Errno of trying to bind, 0 = it can be had. A host that is no address is left to the engine.
int try_bind(const std::string& host, const std::string& port) {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  const std::string bare = host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
  if (::getaddrinfo(bare == "*" ? nullptr : bare.c_str(), port.c_str(), &wanted, &found) != 0) return 0;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
  const int file = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (file < 0) return 0;
  const int on = 1;  // as libzmq does: what was closed a moment ago is free
  ::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const int error = ::bind(file, found->ai_addr, found->ai_addrlen) == 0 ? 0 : errno;
  ::close(file);
  return error;
}

Finding check_tcp(const Machine& machine, const std::string& what, const std::string& endpoint) {
  const std::string place = endpoint.substr(std::strlen("tcp://"));
  const std::size_t colon = place.rfind(':');
  const std::string host = place.substr(0, colon), port = place.substr(colon + 1);
  if (port == "*" || port == "0") return {"endpoint", Verdict::kOk, what + " " + endpoint + ": the system chooses the port", ""};
  const int error = try_bind(host, port);
  if (error == 0) return {"endpoint", Verdict::kOk, what + " " + endpoint + " is free", ""};
  if (error != EADDRINUSE)
    return {"endpoint", Verdict::kFail, what + " " + endpoint + " cannot be had: " + std::strerror(error), "choose another"};
  const auto holder = holder_of(machine.root, static_cast<unsigned>(std::strtoul(port.c_str(), nullptr, 10)));
  if (!holder)
    return {"endpoint", Verdict::kFail, what + " " + endpoint + " is held by a process of another user", "ss -ltnp as root says by whom"};
  const std::string held = fmt::format("{} {} is held by {} ({})", what, endpoint, holder->name, holder->id);
  if (holder->name == "groundswell")
    return {"endpoint", Verdict::kWarn, held, "nothing, when that is this engine; another one needs another endpoint"};
  return {"endpoint", Verdict::kFail, held, "end it, or choose another endpoint"};
}

Finding check_ipc(const std::string& what, const std::string& endpoint) {
  const std::string path = endpoint.substr(std::strlen("ipc://"));
  constexpr std::size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() > kLongest)
    return {"endpoint", Verdict::kFail, fmt::format("{} {}: a path of {} bytes, at most {}", what, endpoint, path.size(), kLongest),
            "choose a shorter one"};
  const fs::path folder = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return {"endpoint", Verdict::kFail, what + " " + endpoint + ": nothing can be made in " + folder.string() + ": " + std::strerror(errno),
            "make it, or change its owner"};
  if (net::ipc_answers(endpoint))
    return {"endpoint", Verdict::kWarn, what + " " + endpoint + ": somebody listens there", "nothing, when that is this engine"};
  return {"endpoint", Verdict::kOk, what + " " + endpoint + " is free", ""};
}

}  // namespace

Finding check_endpoint(const Machine& machine, const std::string& what, const std::string& endpoint) {
  if (endpoint.starts_with("tcp://")) return check_tcp(machine, what, endpoint);
  if (endpoint.starts_with("ipc://")) return check_ipc(what, endpoint);
  return {"endpoint", Verdict::kSkip, what + " " + endpoint + ": of one process", ""};
}

Findings check_endpoints(const Machine& machine, const config::Config& config) {
  Findings all;
  all.push_back(check_endpoint(machine, "publish", config.publish_endpoint));
  all.push_back(check_endpoint(
      machine, "control", config.control_endpoint.empty() ? wire::control_endpoint_of(config.publish_endpoint) : config.control_endpoint));
  for (const config::Feed& feed : config.feeds) {
    if (feed.mode != config::EndpointMode::kBind) continue;
    all.push_back(check_endpoint(machine, "feed " + feed.name, feed.endpoint));
    if (!feed.line_b.empty()) all.push_back(check_endpoint(machine, "feed " + feed.name + " line B", feed.line_b));
  }
  return all;
}

Findings examine(const Machine& machine, const config::Config& config, std::uint64_t open_files) {
  Findings all{
      check_cpus(config),
      check_scaling(machine),
      check_clock(),
      check_clock_source(machine),
      check_huge_pages(machine, config),
      check_open_files(open_files),
      check_disk(config.journal_recording.empty() ? fs::path(config.journal_directory) : fs::path(config.journal_recording).parent_path(),
                 config.segment_bytes)};
  const auto add = [&](Findings more) { all.insert(all.end(), more.begin(), more.end()); };
  add(check_endpoints(machine, config));
  add(check_keys(config));
  all.push_back(check_zmq(config));
  all.push_back(check_zone(machine));
  all.push_back(
      check_calendar(machine, config.calendar_path.empty() ? config::find_config_data("calendar/us_equities.csv") : config.calendar_path));
  all.push_back(check_terminal());
  return all;
}

}  // namespace groundswell::doctor
