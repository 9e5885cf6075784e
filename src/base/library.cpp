#include "base/library.hpp"

#include <fmt/format.h>
#include <zmq.h>

#include <array>

namespace groundswell::net {

Library library() {
  std::array<int, 3> version{};
  ::zmq_version(&version[0], &version[1], &version[2]);
  return {.version = fmt::format("{}", fmt::join(version, ".")),
          .is_new_enough = version >= std::array{4, 3, 4},
          .encrypts = ::zmq_has("curve") == 1};
}

}  // namespace groundswell::net
