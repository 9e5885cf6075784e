#include "client/shared.hpp"

#include <algorithm>
#include <mutex>

#include "base/keys.hpp"

namespace groundswell::client {
namespace {

constexpr std::string_view kUniverse = "main";

}  // namespace

Error endpoint_error(const groundswell::Error& error) {
  return to_client(
      error.exit == Exit::kNoPermission && error.message.find("chmod") != std::string::npos ? ErrorCode::kKeyFile : ErrorCode::kEndpoint,
      error);
}

Error file_error(const groundswell::Error& error) {
  switch (error.exit) {
    case Exit::kNoInput: return to_client(ErrorCode::kNotFound, error);
    case Exit::kBadData:
      return to_client(error.message.find("newer version") == std::string::npos ? ErrorCode::kDamaged : ErrorCode::kOtherVersion, error);
    case Exit::kConfig: return to_client(ErrorCode::kConfiguration, error);
    default: return to_client(ErrorCode::kIo, error);
  }
}

Result<net::PeerKeys> peer_keys(const std::string& server_key, const std::string& key_file) {
  net::PeerKeys keys;
  if (server_key.empty()) return keys;
  if (!net::is_key(server_key)) return Error{ErrorCode::kOption, "server_key is no public key; it has 40 characters"};
  if (key_file.empty())
    return Error{ErrorCode::kOption, "server_key without key_file: a node that has a key demands ours; make one with groundswell keygen"};
  auto own = net::read_key_file(key_file);
  if (!own) return to_client(ErrorCode::kKeyFile, own.error());
  keys.server_key = server_key;
  keys.own = std::move(*own);
  return keys;
}

std::shared_ptr<net::Context> shared_context() {
  static std::mutex mutex;
  static std::weak_ptr<net::Context> existing;
  const std::scoped_lock lock(mutex);
  std::shared_ptr<net::Context> context = existing.lock();
  if (!context) existing = context = std::make_shared<net::Context>();
  return context;
}

EdgeEvent edge_event(const Names& names, const Edge& edge, std::span<const Why> why, std::uint64_t recording_id, std::uint64_t config_hash,
                     bool past) {
  return {.edge = edge,
          .why = why,
          .recording_id = recording_id,
          .config_hash = config_hash,
          .universe = kUniverse,
          .type = edge_type_name(edge.type),
          .scope = names.scope(edge.scope),
          .signal = names.signal(edge.signal),
          .trigger = names.trigger(edge.trigger),
          .subject = names.symbol(edge.subject),
          .past = past};
}

Names::Names(Catalog catalog) : catalog_(std::move(catalog)) {
  for (std::uint32_t row = 0; row < catalog_.signals.size(); ++row) {
    const std::uint16_t index = catalog_.signals[row].index;
    if (index >= signal_rows_.size()) signal_rows_.resize(std::size_t{index} + 1, UINT32_MAX);
    signal_rows_[index] = row;
  }
}

std::string_view Names::scope(std::uint16_t index) const noexcept {
  return index < catalog_.scopes.size() ? std::string_view(catalog_.scopes[index]) : std::string_view();
}
std::string_view Names::symbol(std::uint32_t index) const noexcept {
  return index < catalog_.symbols.size() ? std::string_view(catalog_.symbols[index]) : std::string_view();
}
std::string_view Names::signal(std::uint16_t index) const noexcept {
  if (index >= signal_rows_.size() || signal_rows_[index] == UINT32_MAX) return {};
  return catalog_.signals[signal_rows_[index]].id;
}
std::string_view Names::trigger(std::uint16_t index) const noexcept {
  return index < catalog_.triggers.size() ? std::string_view(catalog_.triggers[index].name) : std::string_view();
}
std::uint16_t Names::signal_index(std::string_view id) const noexcept {
  const auto found = std::find_if(catalog_.signals.begin(), catalog_.signals.end(), [&](const SignalEntry& each) { return each.id == id; });
  return found == catalog_.signals.end() ? kNone : found->index;
}
std::uint16_t Names::scope_index(std::string_view name) const noexcept {
  const auto found = std::find(catalog_.scopes.begin(), catalog_.scopes.end(), name);
  return found == catalog_.scopes.end() ? kNone : static_cast<std::uint16_t>(found - catalog_.scopes.begin());
}

}  // namespace groundswell::client
