#include "app/subscription.hpp"

#include <cstdlib>

#include "app/verbs.hpp"

namespace groundswell::app {
namespace {

Exit exit_of(client::ErrorCode code) {
  switch (code) {
    case client::ErrorCode::kOption:
    case client::ErrorCode::kEndpoint:
    case client::ErrorCode::kUnknownScope:
    case client::ErrorCode::kUnknownSignal:
    case client::ErrorCode::kUnknownType: return Exit::kUsage;
    case client::ErrorCode::kKeyFile:
    case client::ErrorCode::kKeyRefused:
    case client::ErrorCode::kKeyWanted:
    case client::ErrorCode::kServerKey: return Exit::kNoPermission;
    default: return Exit::kUnavailable;
  }
}

}  // namespace

std::string endpoint_of(const std::string& flag) {
  if (!flag.empty()) return flag;
  const char* const set = std::getenv("GROUNDSWELL_ENDPOINT");
  return set != nullptr ? set : client::SubscriberOptions().endpoint;
}

client::SubscriberOptions subscription_to(const std::string& endpoint_flag, const ConnectFlags& keys) {
  client::SubscriberOptions wanted;
  wanted.endpoint = endpoint_of(endpoint_flag);
  const ConnectFlags given = with_environment(keys);
  wanted.server_key = given.server_key;
  wanted.key_file = given.key;
  return wanted;
}

Error error_of(const client::Error& error) {
  const char* const advice = error.code == client::ErrorCode::kNotLive ? " (--any-mode)" : "";
  return fail(exit_of(error.code), error.message + advice);
}

int report_client(const client::Error& error) { return report(error_of(error)); }

}  // namespace groundswell::app
