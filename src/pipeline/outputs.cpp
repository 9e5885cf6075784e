#include "pipeline/outputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "config/calendar.hpp"

namespace groundswell::pipeline {
namespace {

constexpr std::size_t kFlushBytes = 1 << 20;

std::FILE* open_output(const std::string& path, std::unique_ptr<std::FILE, FileCloser>& owned) {
  if (path == "-") return stdout;
  owned.reset(std::fopen(path.c_str(), "we"));
  return owned.get();
}

void append_number(std::string& out, double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value);
  out.append(text, end.ptr);
}

void append_flags(std::string& out, std::uint32_t flags) {
  bool first = true;
  for (std::size_t bit = 0; bit < kFlagNames.size(); ++bit) {
    if ((flags >> bit & 1) == 0) continue;
    if (!first) out += '|';
    out += kFlagNames[bit];
    first = false;
  }
}

void append_date(std::string& out, std::uint32_t date) {
  const auto two = [&](std::uint32_t number) {
    out += static_cast<char>('0' + number / 10);
    out += static_cast<char>('0' + number % 10);
  };
  two(date / 1'000'000);
  two(date / 10'000 % 100);
  out += '-';
  two(date / 100 % 100);
  out += '-';
  two(date % 100);
}

// A version is any text that the user likes.
std::string json_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

void append_integer(std::string& out, std::uint64_t number) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, number);
  out.append(text, end.ptr);
}

}  // namespace

std::string flags_text(std::uint32_t flags) {
  std::string text;
  append_flags(text, flags);
  return text;
}

std::string number_text(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

Result<std::unique_ptr<SignalsFile>> SignalsFile::create(const std::string& path, const Fold& fold, const std::set<std::string>& only,
                                                         std::optional<Clock> clock, const Fold* shadow) {
  std::unique_ptr<SignalsFile> made(new SignalsFile);
  made->file_ = open_output(path, made->owned_);
  if (made->file_ == nullptr) return fail(Exit::kCannotCreate, path + ": cannot create: " + std::strerror(errno));
  made->path_ = path;
  made->scopes_ = {fold.scope_names(), fold.symbols()};
  made->signals_.resize(signal::signal_count());
  made->wanted_.resize(signal::signal_count());
  std::set<std::string> unknown = only;
  for (const signal::CatalogRow& row : fold.signals()) {
    made->signals_[row.index] = row.id;
    made->wanted_[row.index] = only.empty() || only.contains(row.id);
    unknown.erase(row.id);
  }
  if (!unknown.empty())
    return fail(Exit::kUsage, "--only: no signal has the id '" + *unknown.begin() + "'; `groundswell signals` lists them all");
  made->clock_ = clock;
  made->buffer_ = "session,ts_event,clock,scope,signal,value,validity,n_valid,n_members,flags";
  made->names_universe_ = shadow != nullptr;
  if (shadow != nullptr) made->of_shadow_.names = {shadow->scope_names(), shadow->symbols()};
  made->buffer_ += made->names_universe_ ? ",universe\n" : "\n";
  made->buffer_.reserve(kFlushBytes * 2);
  return made;
}

void SignalsFile::write(const LevelBatchView& batch, const ScopeNames& scopes, std::string_view universe) noexcept {
  if (clock_ && *clock_ != batch.clock) return;
  for (const Level& level : batch.levels) {
    if (!wanted_[level.signal]) continue;
    append_date(buffer_, batch.session);
    buffer_ += ',';
    append_integer(buffer_, batch.ts_event_ns);
    buffer_ += ',';
    buffer_ += kClockNames[static_cast<std::size_t>(batch.clock)];
    buffer_ += ',';
    buffer_ += scopes.of(batch.scope, level.subject);
    buffer_ += ',';
    buffer_ += signals_[level.signal];
    buffer_ += ',';
    if (level.present != 0) append_number(buffer_, level.value);
    buffer_ += ',';
    buffer_ += kValidityNames[static_cast<std::size_t>(level.validity)];
    buffer_ += ',';
    append_integer(buffer_, level.n_valid);
    buffer_ += ',';
    append_integer(buffer_, level.n_members);
    buffer_ += ',';
    append_flags(buffer_, level.flags);
    if (names_universe_) buffer_ += ',', buffer_ += universe;
    buffer_ += '\n';
    ++rows_;
  }
  if (buffer_.size() >= kFlushBytes) flush();
}

void SignalsFile::flush() noexcept {
  failed_ |= std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size();
  buffer_.clear();
}

Result<void> SignalsFile::close() {
  flush();
  failed_ |= std::fflush(file_) != 0;
  if (failed_) return fail(Exit::kIo, path_ + ": not everything could be written: " + std::strerror(errno));
  return {};
}

EdgeNames edge_names(const Catalog& catalog, std::uint64_t recording_id, std::uint64_t config_hash) {
  EdgeNames names{.symbols = catalog.symbols,
                  .scopes = catalog.scopes,
                  .signals = {},
                  .triggers = {},
                  .recording_id = recording_id,
                  .config_hash = config_hash,
                  .universe = "main",
                  .rosters = catalog.rosters};
  for (const SignalEntry& signal : catalog.signals) {
    names.signals.resize(std::max(names.signals.size(), signal.index + std::size_t{1}));
    names.signals[signal.index] = signal.id;
  }
  for (const TriggerEntry& trigger : catalog.triggers) names.triggers.push_back(trigger.name);
  return names;
}

std::string why_json(std::span<const Why> why, const EdgeNames& names) {
  std::string parts = "[";
  for (const Why& part : why) {
    const std::string_view symbol = part.symbol < names.symbols.size() ? std::string_view(names.symbols[part.symbol]) : std::string_view();
    parts += fmt::format(R"({}{{"symbol":"{}","delta":{}}})", parts.size() == 1 ? "" : ",", symbol, part.delta);
  }
  return parts + "]";
}

std::string_view roster_version(std::uint64_t hash, const EdgeNames& names) noexcept {
  const auto found = std::find_if(names.rosters.rbegin(), names.rosters.rend(), [&](const RosterVersion& r) { return r.hash == hash; });
  return found == names.rosters.rend() ? std::string_view() : std::string_view(found->version);
}

std::string edge_json(const Edge& edge, std::span<const Why> why, const EdgeNames& names) {
  const auto name = [](const std::vector<std::string>& all, std::size_t index) { return index < all.size() ? all[index] : std::string(); };
  const auto number = [&](std::uint8_t bit, double value) { return (edge.present & bit) != 0 ? number_text(value) : "null"; };
  std::string flags;
  for (std::size_t bit = 0; bit < kFlagNames.size(); ++bit) {
    if ((edge.flags >> bit & 1) != 0) flags += fmt::format("{}\"{}\"", flags.empty() ? "" : ",", kFlagNames[bit]);
  }
  // Ids and 64-bit numbers that JavaScript could not hold exactly are texts; names hold no character that JSON escapes.
  return fmt::format(
      R"({{"event_id":"{:016x}{:016x}","recording_id":"{:016x}","universe":"{}","type":"{}","trigger":"{}","signal":"{}",)"
      R"("scope":"{}","subject":"{}",)"
      R"("session":"{}","ts_event":{},"cause_jseq":{},"eseq":{},"scope_seq":{},"value":{},"validity":"{}","threshold":{},)"
      R"("direction":{},"prior":{},)"
      R"("n_valid":{},"n_members":{},"flags":[{}],"clock":"{}","why":{},"definition":"{:016x}","roster":"{:016x}","roster_version":"{}",)"
      R"("config":"{:016x}"}})",
      edge.event_id.hi, edge.event_id.lo, names.recording_id, names.universe, edge_type_name(edge.type), name(names.triggers, edge.trigger),
      name(names.signals, edge.signal), name(names.scopes, edge.scope), name(names.symbols, edge.subject),
      config::format_date(edge.session), edge.ts_event_ns, edge.cause_jseq, edge.eseq, edge.scope_seq, number(kValuePresent, edge.value),
      kValidityNames[static_cast<std::size_t>(edge.validity)], number(kThresholdPresent, edge.threshold), static_cast<int>(edge.direction),
      number(kPriorPresent, edge.prior), edge.n_valid, edge.n_members, flags, kClockNames[static_cast<std::size_t>(edge.clock)],
      why_json(why, names), edge.definition, edge.roster, json_text(roster_version(edge.roster, names)), names.config_hash);
}

Result<std::unique_ptr<EventsFile>> EventsFile::create(const std::string& path, EdgeNames names, EdgeNames shadow) {
  std::unique_ptr<EventsFile> made(new EventsFile);
  made->file_ = open_output(path, made->owned_);
  if (made->file_ == nullptr) return fail(Exit::kCannotCreate, path + ": cannot create: " + std::strerror(errno));
  made->path_ = path;
  made->names_ = std::move(names);
  made->of_shadow_.names = std::move(shadow);
  return made;
}

void EventsFile::write(const Edge& edge, std::span<const Why> why, const EdgeNames& names) noexcept {
  const std::string line = edge_json(edge, why, names) + '\n';
  failed_ |= std::fwrite(line.data(), 1, line.size(), file_) != line.size();
}

Result<void> EventsFile::close() {
  failed_ |= std::fflush(file_) != 0;
  if (failed_) return fail(Exit::kIo, path_ + ": not everything could be written: " + std::strerror(errno));
  return {};
}

}  // namespace groundswell::pipeline
