// Result: the channel for set-up and I/O errors (bad config, bind failed, journal damaged, disk full). An error says what, where and what
// to do, and which sysexits code the process ends with. Never used on the data path (verdicts) nor for our own bugs (GS_ASSERT).
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace groundswell {

// sysexits(3): the exit codes of every verb.
enum class Exit : int {
  kOk = 0,
  kUsage = 64,
  kBadData = 65,
  kNoInput = 66,
  kUnavailable = 69,
  kInternal = 70,
  kCannotCreate = 73,
  kIo = 74,
  kRetry = 75,
  kNoPermission = 77,
  kConfig = 78,
};

struct Error {
  Exit exit = Exit::kInternal;
  std::string message;  // one line or, for a list of findings, one per line: "file:line:column: what; what to do"
};
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <class T>
using Result = boost::system::result<T, Error>;

inline Error fail(Exit exit, std::string message) { return Error{exit, std::move(message)}; }

}  // namespace groundswell
