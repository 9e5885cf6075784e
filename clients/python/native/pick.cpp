#include "pick.hpp"

#include <array>
#include <cstdio>

namespace groundswell::python {

std::string hexadecimal(const EventId& id) {
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(id.hi), static_cast<unsigned long long>(id.lo));
  return text.data();
}

const EventTypes& event_types() {
  static const EventTypes types = [] {
    EventTypes made;
    const std::string_view unknown = edge_type_name(EdgeType{});
    for (std::uint16_t number = 1; number < 256; ++number) {
      const std::string_view name = edge_type_name(EdgeType{number});
      made.words.resize(number + std::size_t{1});
      if (name == unknown) continue;
      made.words[number] = static_cast<std::int16_t>(made.names.size());
      made.names.push_back(name);
    }
    return made;
  }();
  return types;
}

void check_outputs(const Playback& playback, const std::vector<std::string>& scopes, const std::vector<std::string>& types,
                   const std::vector<std::string>& signals) {
  const Catalog &folded = playback.names().catalog(), &recorded = playback.reader().names().catalog();
  std::vector<std::string> known = folded.scopes;  // new reference data may bring some, which the recording knows of
  for (const std::string& scope : recorded.scopes) {
    if (std::find(known.begin(), known.end(), scope) == known.end()) known.push_back(scope);
  }
  check_names("scope", scopes, known);
  check_names("type of event", types, event_types().names);
  known.clear();
  for (const SignalEntry& signal : folded.signals) known.push_back(signal.id);
  check_names("signal", signals, known);
}

}  // namespace groundswell::python
