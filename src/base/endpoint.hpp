// Endpoints of ZeroMQ, as text. A port may be * or 0 (the system chooses) where one is bound.
#pragma once

#include <string_view>

namespace groundswell::net {

bool is_endpoint(std::string_view endpoint);        // tcp://host:port, ipc://path or inproc://name
bool is_local_endpoint(std::string_view endpoint);  // an endpoint that no other machine can reach: loopback tcp, ipc or inproc
bool ipc_answers(std::string_view endpoint);        // ipc://path: some process listens there

}  // namespace groundswell::net
