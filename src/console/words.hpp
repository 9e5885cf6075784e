// What consoles say in words: states, quadrants, waves, validity, ages, and what moved an event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "groundswell/client/events.hpp"
#include "groundswell/thesis.hpp"

namespace groundswell::console {

std::string_view meaning(ThesisState state) noexcept;  // in a few plain words: docs/thesis.md has more

// Numbers of these signals stand for words: state, provisional_state, quadrant, wave_lead. "" = the number says it itself.
std::string_view word_of(std::string_view signal, double value) noexcept;

// Why there is no number, or one that is not what it should be, in a word of at most 6 letters; "" of kOk.
std::string_view short_word(Validity validity) noexcept;
std::string_view explanation(Validity validity) noexcept;  // the same in some more words; "" of kOk

std::string rounded_text(double value);            // to be read: four digits that count, and all of those before the point
std::string age_text(std::int64_t age_ns);         // "now" below a second, else in the largest whole unit: 4s 3m 2h 5d
std::string new_york_time(std::uint64_t time_ns);  // 10:15:23

// What moved it, the largest parts first: "NVDA +1, AMD -1, and 4 more". Parts that are no small counts are shares of all that was moved:
// "NVDA +40 %"; their exact numbers are in the event.
std::string why_text(std::span<const Why> why, const client::Names& names, std::size_t most = 3);

}  // namespace groundswell::console
