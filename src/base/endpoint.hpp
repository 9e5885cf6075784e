// Endpoints of ZeroMQ, and addresses that HTTP is served on, as text. A port may be * or 0 (the system chooses) where one is bound.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace groundswell::net {

bool is_endpoint(std::string_view endpoint);        // tcp://host:port, ipc://path or inproc://name
bool is_local_endpoint(std::string_view endpoint);  // an endpoint that no other machine can reach: loopback tcp, ipc or inproc
bool ipc_answers(std::string_view endpoint);        // ipc://path: some process listens there

struct ListenAddress {
  std::string_view host;  // as written: 127.0.0.1, localhost, [::1]
  std::uint16_t port;     // 0 = any free one
};
std::optional<ListenAddress> parse_listen(std::string_view text);  // HOST:PORT
bool is_loopback_host(std::string_view host);

}  // namespace groundswell::net
