// Names that depend on the universe: of scopes, and of signals that are about a benchmark.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "groundswell/universe.hpp"

namespace groundswell::signal {

std::vector<std::string> scope_names(const Universe& universe);  // baskets in file order, waves that have baskets, thesis
// Fills in "{primary}" and the like; nothing when the universe lacks that benchmark.
std::optional<std::string> resolve_id(std::string_view id, const Universe& universe);

}  // namespace groundswell::signal
