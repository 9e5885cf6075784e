// Keys and access of a process, from its configuration or its flags.
#pragma once

#include <string>

#include "base/socket.hpp"
#include "config/config.hpp"

namespace groundswell::app {

// [security] into the context; before its first socket. Errors: 66, 70, 77, 78.
Result<void> secure(net::Context& context, const config::Config& config);
// The same from flags: a key file ("" = none), and with an allow-list keys are demanded. Errors: 64 a list without a key, and as above.
Result<void> secure(net::Context& context, const std::string& key, const std::string& allow_list);

// --server-key and --key of the verbs that connect; when not given $GROUNDSWELL_SERVER_KEY and $GROUNDSWELL_KEY. A server key without a key
// of our own is an error: 64.
struct ConnectFlags {
  std::string server_key, key;
};
ConnectFlags with_environment(const ConnectFlags& flags);
Result<net::PeerKeys> peer_keys(const ConnectFlags& flags);

}  // namespace groundswell::app
