// What the parts of the client library share: errors in its own words, keys from files, the process's one ZeroMQ context.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/socket.hpp"
#include "groundswell/client/error.hpp"
#include "groundswell/client/events.hpp"
#include "wire/codec.hpp"

namespace groundswell::client {

inline Error to_client(ErrorCode code, const groundswell::Error& error) { return {code, error.message}; }
Error endpoint_error(const groundswell::Error& error);  // of Socket::open and what it needs
Error file_error(const groundswell::Error& error);      // of recordings and configurations

// Keys of a connection. Errors: kOption, kKeyFile.
Result<net::PeerKeys> peer_keys(const std::string& server_key, const std::string& key_file);

// Lives as long as somebody has it. Any thread.
std::shared_ptr<net::Context> shared_context();

// `universe`: of all events, "main". What is a view in it is valid as long as `names` and `edge`.
EdgeEvent edge_event(const Names& names, const Edge& edge, std::span<const Why> why, std::uint64_t recording_id, std::uint64_t config_hash,
                     bool past);

}  // namespace groundswell::client
