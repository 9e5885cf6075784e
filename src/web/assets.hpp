// The page: files that were built into the program, or those of a folder for who works on them. Thread: one.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "web/http.hpp"

namespace groundswell::web {

// As the build makes them of clients/web/dist; both empty where it was not there.
struct EmbeddedFile {
  std::string_view name;  // "index.html", "assets/index-abc.js", "index.html.gz"
  std::string_view bytes;
};
std::span<const EmbeddedFile> embedded_files() noexcept;

class Assets {
 public:
  // `folder`: "" = what is built in. Errors: 66 it has no index.html.
  static Result<Assets> open(const std::string& folder);
  // Of "/NAME"; a path without a dot in its last part is the page itself. 404 when it is not there. Where no page was built, "/" says how
  // to.
  Response respond(const Request& request) const;
  bool has_page() const noexcept { return files_.contains("index.html"); }

 private:
  struct File {
    std::string_view bytes;
    std::shared_ptr<const void> owner;
    std::string etag;
  };
  void add(std::string name, std::string_view bytes, std::shared_ptr<const void> owner);
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace groundswell::web
