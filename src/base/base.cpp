#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "base/assert.hpp"
#include "base/result.hpp"

namespace groundswell {

void assert_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "groundswell: internal error: %s does not hold at %s:%d; please report it with the recording\n", condition, file,
               line);
  std::abort();
}

void throw_exception_from_error(const Error& error, const boost::source_location&) { throw std::runtime_error(error.message); }

}  // namespace groundswell
