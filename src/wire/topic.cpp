#include "wire/codec.hpp"

namespace groundswell::wire {
namespace {

bool is_plain(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == ':' || c == '-';
}

void append_level(std::string& topic, std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_plain(c)) {
      topic += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      topic += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  topic += '.';
}

}  // namespace

std::string topic(char kind, std::string_view universe_or_node, std::string_view scope) {
  std::string text{kind, '.'};
  append_level(text, universe_or_node);
  if (!scope.empty()) append_level(text, scope);
  return text;
}

}  // namespace groundswell::wire
