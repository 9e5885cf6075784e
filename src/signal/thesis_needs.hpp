// What the thesis layer cannot say of a universe, whatever prices do: for whoever writes one.
#pragma once

#include <string>
#include <vector>

#include "groundswell/universe.hpp"
#include "signal/catalog.hpp"

namespace groundswell::signal {

// A sentence for each, with the numbers that stay absent. Membership dates are not looked at: who is ever in counts.
std::vector<std::string> thesis_notices(const Universe& universe, const BookOptions& options);

}  // namespace groundswell::signal
