// What a commit of the thesis was judged by: for explanations. Families that have a part in it fill it by account(context, base, account).
#pragma once

#include <array>

#include "signal/thesis_machine.hpp"

namespace groundswell::signal {

struct ThesisAccount {
  bool traded = true;  // false: a session without any trade, which is no commit to the thesis; then there are no inputs
  ThesisInputs inputs;
  std::array<double, 5> terms{kNoNumber, kNoNumber, kNoNumber, kNoNumber, kNoNumber};  // x1 .. x5 of broadening, before the average
  ThesisMemory before, after;
};

}  // namespace groundswell::signal
