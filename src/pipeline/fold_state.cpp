#include "pipeline/fold.hpp"

namespace groundswell::pipeline {

void Fold::save(StateWriter& archive) const { visit_state(*this, archive); }
void Fold::restore(StateReader& archive) noexcept { visit_state(*this, archive); }

}  // namespace groundswell::pipeline
