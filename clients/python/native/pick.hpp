// Which columns and which names a query means; what is not there is said with what is.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "failure.hpp"
#include "tables.hpp"

namespace groundswell::python {

template <class Names>
std::string joined(const Names& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

// Places of the wanted columns in `all`, in the order in which they are wanted. None wanted: all but `left_out`.
inline std::vector<std::size_t> pick(const std::vector<Field>& all, const std::vector<std::string>& wanted,
                                     const std::vector<std::string_view>& left_out = {}) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; wanted.empty() && i < all.size(); ++i) {
    if (std::find(left_out.begin(), left_out.end(), all[i].name) == left_out.end()) places.push_back(i);
  }
  for (const std::string& name : wanted) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Field& field) { return field.name == name; });
    if (found == all.end()) {
      std::vector<std::string> names;
      for (const Field& field : all) names.push_back(field.name);
      throw Failure({client::ErrorCode::kOption, "there is no column '" + name + "'; there are " + joined(names)});
    }
    places.push_back(static_cast<std::size_t>(found - all.begin()));
  }
  return places;
}

template <class Names>
void check_names(const std::string& what, const std::vector<std::string>& wanted, const Names& known) {
  for (const std::string& name : wanted) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw Failure({client::ErrorCode::kOption, "the recording has no " + what + " '" + name + "'; it has " + joined(known)});
  }
}

std::string hexadecimal(const EventId& id);  // 32 digits

// The types of events by name, and where a type's number stands among them.
struct EventTypes {
  std::vector<std::string_view> names;
  std::vector<std::int16_t> words;
};
const EventTypes& event_types();

// Scopes, types and signals that a playback can have. Throws Failure: kOption.
void check_outputs(const Playback& playback, const std::vector<std::string>& scopes, const std::vector<std::string>& types,
                   const std::vector<std::string>& signals);

}  // namespace groundswell::python
