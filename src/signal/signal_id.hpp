// The id of a signal as a universe gives it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "groundswell/universe.hpp"

namespace groundswell::signal {

// Fills in "{primary}" and the like with the benchmark's symbol in lower case; nothing when the universe lacks that benchmark.
std::optional<std::string> resolve_signal_id(std::string_view id, const Universe& universe);

}  // namespace groundswell::signal
