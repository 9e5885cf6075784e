#include "journal/pack.hpp"

#include <fmt/format.h>

#include "app/verbs.hpp"
#include "base/progress.hpp"

namespace groundswell::app {

int pack_verb(const CommonOptions& common, const PackVerbOptions& verb) {
  Progress progress("pack", common.quiet || common.json);
  const auto packed =
      journal::pack_recording(verb.recording, [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); });
  if (!packed) return report(packed.error());
  if (common.json) {
    fmt::print(
        R"({{"schema":"groundswell.pack/1","packed":{},"packed_before":{},"left":{},"records":{},"plain_bytes":{},"packed_bytes":{}}})"
        "\n",
        packed->packed, packed->packed_before, packed->left, packed->records, packed->plain_bytes, packed->packed_bytes);
    return 0;
  }
  fmt::print("{}: {} segment{} packed, {} packed before, {} left as they are (not finished, in use, or without records)\n", verb.recording,
             packed->packed, packed->packed == 1 ? "" : "s", packed->packed_before, packed->left);
  if (packed->records > 0) {
    fmt::print("{} bytes before, {} now: {:.2f} bytes per record of {} records\n", packed->plain_bytes, packed->packed_bytes,
               static_cast<double>(packed->packed_bytes) / static_cast<double>(packed->records), packed->records);
  }
  return 0;
}

}  // namespace groundswell::app
