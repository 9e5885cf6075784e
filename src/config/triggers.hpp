// [[trigger]] of groundswell.toml. What needs the list of signals or the universe is checked later, by pipeline::fold_setup().
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/toml.hpp"
#include "groundswell/trigger.hpp"

namespace groundswell::config {

// All triggers of the array, in file order; what is wrong goes to `findings`.
std::vector<Trigger> read_triggers(const Node& array, Findings& findings);
// Every key but `scopes` with its text, as it reads back.
std::vector<std::pair<std::string, std::string>> settings_of(const Trigger& trigger);

}  // namespace groundswell::config
