#include "web/backfill.hpp"

#include <sys/resource.h>

#include "base/log.hpp"
#include "groundswell/client/fold.hpp"
#include "web/recordings.hpp"

namespace groundswell::web {
namespace {

constexpr int kNice = 10;  // behind the engine, which may be on the same few processors

class Filler final : public client::Handler {
 public:
  Filler(console::History& history, const client::Names& names) : history_(history), names_(names) {}
  void on_levels(const client::LevelsEvent& event) override { history_.on_levels(event, names_); }

 private:
  console::History& history_;
  const client::Names& names_;
};

}  // namespace

void Backfill::start(const std::string& folder, std::uint64_t recording_id) {
  stop();
  if (folder.empty()) return;
  stop_ = false;
  thread_ = std::thread([this, folder, recording_id] { run(folder, recording_id); });
}

std::optional<console::History> Backfill::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(done_, std::nullopt);
}

void Backfill::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  done_.reset();
}

void Backfill::run(const std::string& folder, std::uint64_t recording_id) {
  ::setpriority(PRIO_PROCESS, 0, kNice);  // of this thread alone
  const std::string path = recording_with(folder, recording_id);
  if (path.empty()) return;
  auto recording = client::JournalReader::open(path);
  if (!recording) return log_warning("web", "no history before now: {}", recording.error().message);
  auto fold = client::Fold::open(*recording);
  if (!fold) return log_warning("web", "no history before now: {}", fold.error().message);
  console::History history;
  Filler filler(history, fold->names());
  while (!stop_) {
    const auto kind = fold->advance(*recording, filler);
    if (!kind) return log_warning("web", "no history before now: {}", kind.error().message);
    if (*kind != client::JournalReader::Kind::kEnd) continue;
    const std::scoped_lock lock(mutex_);
    done_ = std::move(history);
    return;
  }
}

}  // namespace groundswell::web
