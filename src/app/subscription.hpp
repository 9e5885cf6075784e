// What the verbs that listen to a node share.
#pragma once

#include <string>

#include "app/security.hpp"
#include "groundswell/client/error.hpp"
#include "groundswell/client/subscriber.hpp"

namespace groundswell::app {

std::string endpoint_of(const std::string& flag);  // --endpoint, else $GROUNDSWELL_ENDPOINT, else tcp://127.0.0.1:5556
client::SubscriberOptions subscription_to(const std::string& endpoint_flag, const ConnectFlags& keys);
Error error_of(const client::Error& error);     // with its exit code, and what to do
int report_client(const client::Error& error);  // report() of it

}  // namespace groundswell::app
