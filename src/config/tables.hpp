// The CSV tables of [universe] as plain rows. All that is wrong goes to `findings`; rows with findings are left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace groundswell::config {

// Symbols that `universe` does not have are findings, unless it is empty (its own file was wrong).
std::vector<SharesRow> parse_shares(std::string_view text, const std::string& file_name, const Universe& universe, Findings& findings);
std::vector<ActionRow> parse_actions(std::string_view text, const std::string& file_name, const Universe& universe, Findings& findings);
// docs/fundamentals.md has the columns. Rows in the order of the file; two of one symbol and moment are a finding.
std::vector<Filing> parse_fundamentals(std::string_view text, const std::string& file_name, const Universe& universe, Findings& findings);
// A feed that is none of `feeds` (nor `history`) is a finding, unless there are none.
std::vector<AliasRow> parse_aliases(std::string_view text, const std::string& file_name, const Universe& universe,
                                    const std::vector<Feed>& feeds, Findings& findings);
// Rows by minute, from 1 on without a hole; shares rise strictly to 1.
VolumeCurve parse_volume_curve(std::string_view text, const std::string& file_name, Findings& findings);
// `name`: of the scheme; one that begins with "flags_" has bits as codes.
ConditionScheme parse_conditions(std::string_view text, const std::string& name, const std::string& file_name, Findings& findings);

}  // namespace groundswell::config
