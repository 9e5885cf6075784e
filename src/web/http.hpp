// HTTP as the console needs it: requests and responses as plain data, and the rules by which a request is let in. Pure. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace groundswell::web {

struct Request {
  std::string path;  // decoded; begins with /, has no empty, "." or ".." part
  std::map<std::string, std::string> query;
  bool accepts_gzip = false;
  std::string if_none_match;  // as sent

  const std::string* find(const std::string& key) const {
    const auto found = query.find(key);
    return found == query.end() ? nullptr : &found->second;
  }
};

enum class Caching : std::uint8_t { kNever, kAsk, kForEver };  // by the browser

struct Response {
  unsigned status = 200;
  std::string_view type = "application/json";
  std::string_view body;
  std::shared_ptr<const void> owner;  // of the body; nothing when that lives as long as the program
  std::string etag;                   // with its quotes; "" = none
  bool gzip = false;
  Caching caching = Caching::kNever;
};
Response text_response(std::string body, std::string_view type = "application/json", unsigned status = 200);
Response error_response(unsigned status, std::string_view what);  // {"error":what}
std::string_view reason_of(unsigned status) noexcept;

// Path and query of a request line's target. Nothing when it is no path of ours: not absolute, over 2,048 bytes, a bad escape, a control
// character, a backslash, or a part that is "." or "..".
struct Target {
  std::string path;
  std::map<std::string, std::string> query;
};
std::optional<Target> parse_target(std::string_view target);
bool accepts_gzip(std::string_view accept_encoding);

// Who may talk to us: by which names of ours (a foreign name that leads here is an attack by DNS), and pages from where.
class AccessRules {
 public:
  // `listen_host` as configured, `port` as bound. `hosts` and `origins`: of [web], separated by spaces.
  AccessRules(std::string_view listen_host, std::uint16_t port, std::string_view hosts, std::string_view origins);
  bool allows_host(std::string_view host) const;
  bool allows_origin(std::string_view origin) const;
  const std::string& content_policy() const noexcept { return content_policy_; }  // Content-Security-Policy

 private:
  std::vector<std::string> hosts_, origins_;  // in lower case
  std::string content_policy_;
};

}  // namespace groundswell::web
