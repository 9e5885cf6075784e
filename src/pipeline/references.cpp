#include "pipeline/references.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/sha256.hpp"
#include "pipeline/setup.hpp"
#include "pipeline/shadow.hpp"

namespace groundswell::pipeline {
namespace {

struct ReferenceFile {
  std::string_view name;
  std::uint8_t bit;
  std::string_view word;
};
constexpr std::array<ReferenceFile, 5> kReferenceFiles{{{"baskets.toml", kRosterChanged, "roster"},
                                                        {"shares.csv", kSharesChanged, "shares"},
                                                        {"actions.csv", kActionsChanged, "actions"},
                                                        {"fundamentals.csv", kFundamentalsChanged, "fundamentals"},
                                                        {"aliases.csv", kAliasesChanged, "aliases"}}};

const std::string* text_of(const config::Config& config, std::string_view name) {
  const auto found = std::find_if(config.files.begin(), config.files.end(), [&](const config::Config::File& f) { return f.name == name; });
  return found == config.files.end() ? nullptr : &found->text;
}

std::uint64_t hash_of(std::span<const std::byte> payload) {
  return sha256_prefix64({reinterpret_cast<const char*>(payload.data()), payload.size()});
}

}  // namespace

Result<ReferenceData> reference_data(const config::Config& next, const config::Config& running) {
  if (next.universe.benchmarks != running.universe.benchmarks) {
    return fail(Exit::kConfig,
                "the benchmarks are others, and with them the numbers; they cannot change while an engine runs: start a new "
                "recording, with this one as [history]");
  }
  const auto setup = fold_setup(next, {}, {});
  if (!setup) return setup.error();
  return ReferenceData{next.universe, next.shares, next.actions, next.filings};
}

std::uint8_t changed_references(const config::Config& before, const config::Config& now) {
  std::uint8_t what = 0;
  for (const ReferenceFile& file : kReferenceFiles) {
    const std::string *const a = text_of(before, file.name), *const b = text_of(now, file.name);
    const bool equal = a == nullptr || b == nullptr ? a == b : *a == *b;
    if (!equal) what = static_cast<std::uint8_t>(what | file.bit);
  }
  return what;
}

std::string changed_text(std::uint8_t what) {
  std::string text;
  for (const ReferenceFile& file : kReferenceFiles) {
    if ((what & file.bit) != 0) text += (text.empty() ? "" : ", ") + std::string(file.word);
  }
  return text;
}

std::vector<journal::ConfigText> config_texts(const config::Config& config) {
  std::vector<journal::ConfigText> texts;
  for (const config::Config::File& file : config.files) texts.push_back({file.name, file.text});
  return texts;
}

std::uint64_t config_block_hash(const config::Config& config) { return sha256_prefix64(journal::encode_config(config_texts(config))); }

References::References(config::Config first) : announced_(std::make_shared<config::Config>(std::move(first))), in_force_(announced_) {}

Result<void> References::take(const journal::BlockView& block) {
  if (block.type != journal::BlockType::kConfig || ++config_blocks_ == 1) return {};
  last_block_.assign(block.payload.begin(), block.payload.end());
  return {};
}

Result<void> References::observe(const Record& record, Fold* fold, Shadow* shadow) {
  if (record.kind == RecordKind::kSessionRoll && record.roll.session >= effective_session_) in_force_ = announced_;
  if (record.kind != RecordKind::kReferenceChange) return {};
  const ReferenceChange& change = record.reference;
  if (last_block_.empty() || change.config_no != config_blocks_ || change.hash != hash_of(last_block_)) {
    return fail(Exit::kBadData, fmt::format("a change of reference data names CONFIG block {} with hash {:016x}, which is not there",
                                            change.config_no, change.hash));
  }
  const auto texts = journal::parse_config(last_block_);
  if (!texts) return texts.error();
  std::vector<config::Config::File> files;
  for (const journal::ConfigText& text : *texts) files.push_back({text.name, text.text});
  auto next = config::load_config_texts(files);
  if (!next) return next.error();
  const auto data = reference_data(*next, *announced_);
  if (!data) return data.error();
  if (fold != nullptr) fold->offer(*data);
  if (shadow != nullptr) shadow->offer(*data);
  announced_ = std::make_shared<config::Config>(std::move(*next));
  effective_session_ = change.effective_session;
  return {};
}

}  // namespace groundswell::pipeline
