#include "groundswell/trigger.hpp"

#include <charconv>

namespace groundswell {
namespace {

std::string number(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return {text, end.ptr};
}

}  // namespace

const TriggerType* find_trigger_type(std::string_view name) noexcept {
  for (const TriggerType& type : kTriggerTypes) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

std::string text_of(const Threshold& threshold) {
  constexpr std::array<std::string_view, 4> kTests{">", ">=", "<", "<="};
  return (threshold.magnitude ? "|x| " : "") + std::string(kTests[static_cast<std::size_t>(threshold.test)]) + " " +
         number(threshold.bound);
}

std::string canonical_text(const Trigger& trigger) {
  const TriggerType& type = trigger.info();
  std::string text = std::string(type.name) + "|" + trigger.signal + "|scopes=";
  for (const std::string& scope : trigger.scopes) text += (text.back() == '=' ? "" : ",") + scope;
  text += "|evaluate=" + std::string(kEvaluateNames[static_cast<std::size_t>(trigger.evaluate)]);
  if (type.kind == TriggerKind::kThresholds) text += "|enter=" + text_of(trigger.enter) + "|exit=" + text_of(trigger.exit);
  if (trigger.dwell_ns > 0) text += "|dwell=" + std::to_string(trigger.dwell_ns) + "ns";
  if (trigger.dwell_commits > 1) text += "|dwell=" + std::to_string(trigger.dwell_commits) + " commits";
  return text;
}

}  // namespace groundswell
