// What `groundswell top --json` prints: schema groundswell.top/1, docs/top.md.
#pragma once

#include <cstdint>
#include <string>

#include "top/render.hpp"

namespace groundswell::top {

std::string model_json(const Scene& scene, std::int64_t now_ns);  // one line, no newline

}  // namespace groundswell::top
