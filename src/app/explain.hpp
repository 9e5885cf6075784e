// Explanations as documents: `groundswell explain --json` prints them, and the sentences are made of them, so that both say the same.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "config/config.hpp"
#include "pipeline/outputs.hpp"
#include "pipeline/thesis_history.hpp"

namespace groundswell::app {

using Document = nlohmann::ordered_json;

// `on`: the session that was asked about, 0 = none. `symbols`: by dense id.
Document state_document(const pipeline::ThesisHistory& history, const pipeline::ThesisMoment& moment, std::uint32_t on,
                        const ThesisThresholds& thresholds, const std::vector<std::string>& symbols);
std::string state_text(const Document& document);

Document event_document(const Edge& edge, std::span<const Why> why, const pipeline::EdgeNames& names, const config::Config& config);
std::string event_text(const Document& document);

std::string value_text(const Document& value);  // to be read, rounded: the document has it to the last digit; "absent"
// "NVDA +1, AMD -1", returns in percent; what is more than fits a few lines is counted.
std::string parts_text(const Document& parts, const std::string& driver);

}  // namespace groundswell::app
