// The members of some scopes as they stand at one record boundary, for those who ask. What is asked goes in, what was copied comes out.
#pragma once

#include <cstdint>
#include <vector>

#include "groundswell/member_row.hpp"

namespace groundswell::pipeline {

struct MembersView {
  std::vector<std::uint16_t> scopes;  // asked, by number
  std::uint64_t jseq = 0, event_time_ns = 0;
  std::uint32_t session = 0;
  std::vector<std::vector<MemberRow>> members;  // by place in `scopes`
};

}  // namespace groundswell::pipeline
