#include "market/market.hpp"

namespace groundswell::market {

void Market::save(StateWriter& archive) const { visit_state(*this, archive); }
void Market::restore(StateReader& archive) noexcept { visit_state(*this, archive); }

}  // namespace groundswell::market
