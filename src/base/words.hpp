// A list in one text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace groundswell {

std::vector<std::string> words(std::string_view text);  // what stands between spaces

}  // namespace groundswell
