// An error of the client library on its way to Python, where it becomes the exception of its code.
#pragma once

#include <stdexcept>

#include "groundswell/client/error.hpp"

namespace groundswell::python {

struct Failure : std::runtime_error {
  explicit Failure(const client::Error& error) : std::runtime_error(error.message), code(error.code) {}
  client::ErrorCode code;
};

template <class T>
T must(client::Result<T> result) {
  if (!result) throw Failure(result.error());
  return std::move(*result);
}

}  // namespace groundswell::python
