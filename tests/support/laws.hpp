// What the laws that hold for every signal need: the rows of a run, and a watch over which signals a law has been tried on. A law covers
// the whole catalog by itself; a signal to which it does not apply stands in the law's list, with the reason.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/capture_sink.hpp"

namespace groundswell::test {

struct Exception {
  std::string_view id;  // of a signal; "trin*": of all that begin so
  std::string_view reason;
};
using Exceptions = std::vector<Exception>;

inline bool matches(std::string_view pattern, std::string_view id) {
  return pattern.ends_with('*') ? id.starts_with(pattern.substr(0, pattern.size() - 1)) : id == pattern;
}
inline bool excepted(const Exceptions& exceptions, std::string_view id) {
  return std::any_of(exceptions.begin(), exceptions.end(), [&](const Exception& each) { return matches(each.id, id); });
}

// Which signals a law was tried on with a value. At the end every signal of the law must be among them or be excepted, and every exception
// must name one.
class LawCoverage {
 public:
  // `clocks`: the law is about signals that are on all of these.
  LawCoverage(const pipeline::Fold& fold, Exceptions exceptions, unsigned clocks = 0) : exceptions_(std::move(exceptions)) {
    for (const signal::CatalogRow& row : fold.signals()) {
      if ((row.info->clocks & clocks) == clocks) wanted_.insert(row.id);
    }
  }
  bool applies(const std::string& id) const { return wanted_.count(id) != 0 && !excepted(exceptions_, id); }
  void tried(const std::string& id, const Level& level) {
    if (level.present != 0) tried_.insert(id);
  }
  void expect_complete() const {
    for (const std::string& id : wanted_) {
      EXPECT_TRUE(tried_.count(id) != 0 || excepted(exceptions_, id)) << id << " never had a value here, and no exception says why";
    }
    for (const Exception& each : exceptions_) {
      EXPECT_TRUE(std::any_of(wanted_.begin(), wanted_.end(), [&](const std::string& id) { return matches(each.id, id); }))
          << each.id << " is no signal of this law: " << each.reason;
    }
  }

 private:
  Exceptions exceptions_;
  std::set<std::string> wanted_, tried_;
};

// What a run publishes once live sessions begin; what came before is in its memories.
inline std::vector<CaptureSink::Row> rows_of(pipeline::Fold& fold, const std::vector<Record>& records) {
  CaptureSink history(fold), sink(fold, CaptureSink::Keep::kEverything);
  std::uint64_t jseq = 0;
  for (const Record& record : records) {
    const bool live = fold.roll().mode == SessionMode::kLive;
    fold.apply(record, ++jseq, live ? sink : history);
  }
  return std::move(sink.rows);
}

// "" when both say the same of the same.
inline std::string difference(const CaptureSink::Row& a, const CaptureSink::Row& b, double factor = 1.0) {
  const auto text = [](const CaptureSink::Row& row) {
    return std::to_string(row.session) + " at " + std::to_string(row.ts_event_ns) + ' ' + row.scope + ' ' + row.signal + ' ' +
           std::to_string(row.level.value) + ' ' + std::string(kValidityNames[static_cast<std::size_t>(row.level.validity)]) + ' ' +
           std::to_string(row.level.n_valid) + '/' + std::to_string(row.level.n_members) + ' ' + std::to_string(row.level.flags);
  };
  Level expected = a.level;
  expected.value *= factor;
  const bool same = a.session == b.session && a.ts_event_ns == b.ts_event_ns && a.clock == b.clock && a.scope == b.scope &&
                    a.signal == b.signal && std::memcmp(&expected, &b.level, sizeof expected) == 0;
  return same ? "" : text(a) + " and " + text(b);
}

}  // namespace groundswell::test
