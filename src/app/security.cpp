#include "app/security.hpp"

#include <cstdlib>

#include "base/log.hpp"

namespace groundswell::app {
namespace {

std::string given(const std::string& flag, const char* variable) {
  if (!flag.empty()) return flag;
  const char* const value = std::getenv(variable);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

Result<void> secure(net::Context& context, const config::Config& config) {
  return secure(context, config.security_key,
                config.security_curve == config::Curve::kRequired ? config.security_allow_list : std::string());
}

Result<void> secure(net::Context& context, const std::string& key, const std::string& allow_list) {
  if (key.empty() && allow_list.empty()) return {};
  if (key.empty())
    return fail(Exit::kUsage, "an allow-list without a key of our own: make one with `groundswell keygen` and give its file");
  auto own = net::read_key_file(key);
  if (!own) return own.error();
  log_info("access", "our public key is {}", own->public_key);
  context.prove(std::move(*own));
  return allow_list.empty() ? Result<void>() : context.demand_keys(allow_list);
}

ConnectFlags with_environment(const ConnectFlags& flags) {
  return {.server_key = given(flags.server_key, "GROUNDSWELL_SERVER_KEY"), .key = given(flags.key, "GROUNDSWELL_KEY")};
}

Result<net::PeerKeys> peer_keys(const ConnectFlags& flags) {
  const auto& [server_key, key] = with_environment(flags);
  net::PeerKeys keys;
  keys.server_key = server_key;
  if (keys.server_key.empty()) return keys;
  if (!net::is_key(keys.server_key))
    return fail(Exit::kUsage, "--server-key: no public key; it has 40 characters, as `groundswell keygen` prints it (quote it in a shell)");
  if (key.empty())
    return fail(Exit::kUsage, "--server-key: a server that has a key demands one: give --key FILE, made by `groundswell keygen`");
  auto own = net::read_key_file(key);
  if (!own) return own.error();
  keys.own = std::move(*own);
  return keys;
}

}  // namespace groundswell::app
