#include "base/assert.hpp"
#include "market/market.hpp"

namespace groundswell::market {

void Market::save(StateWriter& archive) const { visit_state(*this, archive); }
void Market::restore(StateReader& archive) noexcept {
  visit_state(*this, archive);
  minute_until_ns_ = 0;
}

void Market::take_over(const Market& before) {
  std::vector<std::byte> bytes;
  StateWriter writer(bytes);
  before.save(writer);
  StateReader reader(bytes, StateReader::Fit::kPrefix);
  restore(reader);
  GS_ASSERT(reader.is_complete());
  conditions_ = before.conditions_;
}

}  // namespace groundswell::market
