// `groundswell keygen` and `groundswell keys`: key files and the allow-list. No secret is ever printed.
#include "base/keys.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/verbs.hpp"
#include "base/access_list.hpp"

namespace groundswell::app {
namespace {

namespace fs = std::filesystem;

Result<net::AccessList> load_or_begin(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return net::AccessList();
  return net::AccessList::load(path);
}

Result<fs::path> list_path(const CommonOptions& common, const std::string& given) {
  if (!given.empty()) return fs::path(given);
  const auto config = load_config_of(common);
  if (!config) return config.error();
  if (config->security_allow_list.empty())
    return fail(Exit::kConfig, "the configuration names no security.allow_list; give one with --allow-list FILE");
  return fs::path(config->security_allow_list);
}

std::string line_of(const net::AccessEntry& entry) {
  return fmt::format("{},{},{},{}", entry.name, net::kRoleNames[static_cast<std::size_t>(entry.role)], entry.public_key,
                     entry.revoked ? "revoked" : "valid");
}

// A pair into FOLDER/NAME.key, its public key into `list`, and both onto the disk; the key first: a list with a key that nobody has is
// harmless too, but useless.
Result<net::AccessEntry> make_key(const std::string& name, net::Role role, const std::string& folder, net::AccessList& list) {
  if (!net::is_peer_name(name)) return fail(Exit::kUsage, "--name: '" + name + "' is no name; use 1 to 32 of A-Z a-z 0-9 _ -");
  const net::KeyPair pair = net::make_key_pair();
  net::AccessEntry entry{.name = name, .role = role, .public_key = pair.public_key};
  if (const auto added = list.add(entry); !added) return added.error();
  const auto written = net::write_key_file(folder, name, pair);
  if (!written) return written.error();
  fmt::print(stderr, "groundswell: the key pair of {} is in {}; keep it there, or move it to where {} runs\n", name, written->string(),
             name);
  return entry;
}

int revoke(const std::string& name, bool but_newest, net::AccessList& list, const fs::path& path) {
  const std::size_t count = list.revoke(name, but_newest);
  if (count == 0) {
    return report(fail(Exit::kUsage, fmt::format("{}: has no valid key of '{}'{} to revoke; `groundswell keys list` shows them",
                                                 path.string(), name, but_newest ? " but its newest" : "")));
  }
  if (const auto saved = list.save(path); !saved) return report(saved.error());
  fmt::print(stderr, "groundswell: {} of {} revoked in {}; who follows this file cuts it off within a second\n",
             count == 1 ? "1 key" : fmt::format("{} keys", count), name, path.string());
  return 0;
}

}  // namespace

int keygen_verb(const CommonOptions& common, const KeygenOptions& options) {
  net::Role role{};
  if (!net::parse_role(options.role, role))
    return report(fail(Exit::kUsage, fmt::format("--role: '{}' is none of {}", options.role, fmt::join(net::kRoleNames, ", "))));
  net::AccessList list;
  if (!options.allow_list.empty()) {
    auto loaded = load_or_begin(options.allow_list);
    if (!loaded) return report(loaded.error());
    list = std::move(*loaded);
  }
  const auto entry = make_key(options.name, role, options.folder, list);
  if (!entry) return report(entry.error());
  if (!options.allow_list.empty()) {
    if (const auto saved = list.save(options.allow_list); !saved) return report(saved.error());
  }
  if (common.json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"schema", "groundswell.keygen/1"},
                                              {"name", entry->name},
                                              {"role", options.role},
                                              {"public_key", entry->public_key},
                                              {"key_file", (fs::path(options.folder) / (entry->name + ".key")).string()}}
                           .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } else {
    fmt::print("{}\n", line_of(*entry));
  }
  return 0;
}

int keys_verb(const CommonOptions& common, const KeysOptions& options) {
  const auto path = list_path(common, options.allow_list);
  if (!path) return report(path.error());
  auto list = net::AccessList::load(*path);
  if (!list) return report(list.error());
  if (options.what == "revoke") return revoke(options.name, options.old, *list, *path);
  if (options.what == "rotate") {
    const net::AccessEntry* newest = nullptr;
    for (const net::AccessEntry& each : list->entries()) {
      if (each.name == options.name && !each.revoked) newest = &each;
    }
    if (newest == nullptr) {
      return report(fail(Exit::kUsage,
                         fmt::format("{}: has no valid key of '{}'; make one with `groundswell keygen`", path->string(), options.name)));
    }
    const auto entry = make_key(options.name, newest->role, options.folder, *list);
    if (!entry) return report(entry.error());
    if (const auto saved = list->save(*path); !saved) return report(saved.error());
    fmt::print("{}\n", line_of(*entry));
    fmt::print(stderr, "groundswell: both keys of {} are valid until `groundswell keys revoke {} --old`\n", options.name, options.name);
    return 0;
  }
  for (const net::AccessEntry& each : list->entries()) {
    if (common.json) {
      fmt::print("{}\n", nlohmann::ordered_json{{"name", each.name},
                                                {"role", net::kRoleNames[static_cast<std::size_t>(each.role)]},
                                                {"public_key", each.public_key},
                                                {"state", each.revoked ? "revoked" : "valid"}}
                             .dump());
    } else {
      fmt::print("{:<32} {:<10} {}  {}\n", each.name, net::kRoleNames[static_cast<std::size_t>(each.role)], each.public_key,
                 each.revoked ? "revoked" : "valid");
    }
  }
  return 0;
}

}  // namespace groundswell::app
