// How the client library says what went wrong: a code to decide by, and a text that says what, where and what to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace groundswell::client {

enum class ErrorCode : std::uint8_t {
  kOption,        // an option that makes no sense; nothing was opened
  kEndpoint,      // in use, not an endpoint, not to be had on this machine, or not to be bound without keys
  kKeyFile,       // not there, readable by others, or no key file
  kKeyRefused,    // the server knows us not, or no longer: a key that is not on its list, was revoked or shut out, or has another role
  kKeyWanted,     // the server demands a key and we gave none, or we demand one of a server that has none
  kServerKey,     // the server does not prove the key that it was said to have
  kNotLive,       // what is published is a replay or simulated; SubscriberOptions::any_mode takes it all the same
  kOtherVersion,  // a message or recording of a version that this library does not read
  kUnknownScope,
  kUnknownSignal,
  kUnknownType,
  kNoAnswer,       // the control service of the node is silent
  kTooOld,         // edges that nobody holds any more: they are lost to this subscriber
  kSlow,           // the peer does not take what is sent
  kNotFound,       // no such file or recording
  kDamaged,        // a recording with damage in the middle
  kConfiguration,  // a configuration or universe file that is wrong; every finding in the text
  kIo,
};

struct Error {
  ErrorCode code = ErrorCode::kIo;
  std::string message;
};

// A T, or why there is none. value() and operator-> only when there is one.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : error_(std::move(error)) {}
  bool has_value() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  T& value() noexcept { return *value_; }
  const T& value() const noexcept { return *value_; }
  T& operator*() noexcept { return *value_; }
  const T& operator*() const noexcept { return *value_; }
  T* operator->() noexcept { return &*value_; }
  const T* operator->() const noexcept { return &*value_; }
  const Error& error() const noexcept { return error_; }

 private:
  std::optional<T> value_;
  Error error_;
};

}  // namespace groundswell::client
