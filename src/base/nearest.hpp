// What somebody may have meant who wrote a word that is none.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace groundswell {

std::optional<std::string_view> nearest(std::string_view word, const std::vector<std::string_view>& known);  // edit distance 2 at most

}  // namespace groundswell
