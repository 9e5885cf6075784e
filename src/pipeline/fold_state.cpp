#include "pipeline/fold.hpp"

namespace groundswell::pipeline {

void Fold::save(StateWriter& archive) const { visit_state(*this, archive); }
void Fold::restore(StateReader& archive) noexcept { visit_state(*this, archive); }

void Fold::view(SignalView& out) const {
  out.jseq = jseq_;
  out.event_time_ns = event_time_ns_;
  out.session = roll_.session;
  out.next_eseq = next_eseq_;
  out.next_scope_seq = next_scope_seq_;
  out.next_level_seq = next_level_seq_;
  triggers_->standings(out.triggers);
  out.levels = last_;
}

}  // namespace groundswell::pipeline
