#include "web/assets.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/sha256.hpp"

namespace groundswell::web {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 1'000;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;
constexpr std::string_view kPageName = "index.html", kGzip = ".gz";

constexpr std::string_view kNoPage = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Groundswell</title></head><body>
<h1>Groundswell</h1>
<p>This program was built without its page. With Node 18.18 or newer on the path, build it and the program again:</p>
<pre>cd clients/web &amp;&amp; npm ci &amp;&amp; npm run build &amp;&amp; cd ../.. &amp;&amp; ./bootstrap.sh</pre>
<p>What the page would show is here all the same: <a href="/api/v1/catalog">catalog</a>, <a href="/api/v1/snapshot">snapshot</a>,
<a href="/api/v1/events">events</a>, <a href="/api/v1/recordings">recordings</a>, <a href="/readyz">readiness</a>,
<a href="/metrics">metrics</a>; <code>groundswell top</code> shows it in a terminal.</p>
</body></html>
)";

std::string_view type_of(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {{".html", "text/html; charset=utf-8"},
                                                                      {".js", "text/javascript; charset=utf-8"},
                                                                      {".css", "text/css; charset=utf-8"},
                                                                      {".json", "application/json"},
                                                                      {".svg", "image/svg+xml"},
                                                                      {".png", "image/png"},
                                                                      {".ico", "image/x-icon"},
                                                                      {".woff2", "font/woff2"},
                                                                      {".txt", "text/plain; charset=utf-8"},
                                                                      {".map", "application/json"},
                                                                      {".webmanifest", "application/manifest+json"}};
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

// As the bundler names what it will never write differently: assets/NAME-HASH.ending.
bool is_hashed(std::string_view name) {
  constexpr std::size_t kHashLetters = 8;
  const std::size_t dot = name.rfind('.');
  if (!name.starts_with("assets/") || dot == std::string_view::npos || dot < kHashLetters + 1) return false;
  return name[dot - kHashLetters - 1] == '-';
}

}  // namespace

Result<Assets> Assets::open(const std::string& folder) {
  Assets assets;
  if (folder.empty()) {
    for (const EmbeddedFile& each : embedded_files()) assets.add(std::string(each.name), each.bytes, nullptr);
    return assets;
  }
  std::error_code error;
  std::size_t bytes = 0;
  for (fs::recursive_directory_iterator entry(folder, error); !error && entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    if (!entry->is_regular_file(error) || entry->is_symlink(error)) continue;
    std::ifstream file(entry->path(), std::ios::binary);
    const auto text = std::make_shared<const std::string>(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    if (!file) return fail(Exit::kIo, entry->path().string() + ": cannot read");
    bytes += text->size();
    if (bytes > kMostBytes || assets.files_.size() >= kMostFiles)
      return fail(Exit::kNoInput, folder + ": more than a page: over 1,000 files or 64 MiB; name the folder that `npm run build` makes");
    assets.add(entry->path().lexically_relative(folder).generic_string(), *text, text);
  }
  if (error) return fail(Exit::kNoInput, folder + ": cannot list: " + error.message());
  if (!assets.has_page())
    return fail(Exit::kNoInput, folder + ": has no index.html; name the folder that `npm run build` makes, clients/web/dist");
  return assets;
}

void Assets::add(std::string name, std::string_view bytes, std::shared_ptr<const void> owner) {
  Sha256 sha;
  sha.update(bytes.data(), bytes.size());
  const Sha256::Digest digest = sha.finish();
  files_[std::move(name)] = {.bytes = bytes, .owner = std::move(owner), .etag = '"' + hex(digest.data(), 8) + '"'};
}

Response Assets::respond(const Request& request) const {
  std::string_view name = std::string_view(request.path).substr(1);
  const std::string_view last = name.substr(name.rfind('/') == std::string_view::npos ? 0 : name.rfind('/') + 1);
  if (last.find('.') == std::string_view::npos) name = kPageName;
  const auto plain = files_.find(name);
  if (plain == files_.end()) {
    if (name != kPageName) return error_response(404, "there is no such file");
    return {.status = 200, .type = "text/html; charset=utf-8", .body = kNoPage, .owner = {}, .etag = {}};
  }
  const auto packed = files_.find(std::string(name) + std::string(kGzip));
  const bool gzip = request.accepts_gzip && packed != files_.end();
  const File& file = gzip ? packed->second : plain->second;
  Response response{.type = type_of(name), .body = file.bytes, .owner = file.owner, .etag = file.etag, .gzip = gzip};
  response.caching = is_hashed(name) ? Caching::kForEver : Caching::kAsk;
  if (request.if_none_match.find(file.etag) != std::string::npos) response.status = 304;
  return response;
}

}  // namespace groundswell::web
