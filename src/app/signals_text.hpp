// Words of the catalog of signals that its table, its JSON and its page share.
#pragma once

#include <string>

#include "groundswell/universe.hpp"
#include "signal/signal.hpp"

namespace groundswell::app {

Universe default_benchmarks();                   // SPY, QQQ, RSP
std::string clocks_text(signal::Clocks clocks);  // "live, close"
std::string scopes_text(std::uint8_t scopes);    // "baskets, waves, thesis"

}  // namespace groundswell::app
