// The catalog: what the small numbers in records, levels and edges stand for. Symbols and condition sets are dense, append-only and never
// reused within a recording, and so are scopes and rosters, which new reference data may bring; signals are fixed when the engine starts.
// Names are the contract, indices are not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace groundswell {

struct ConditionSet {
  char tape = 0;       // 'A', 'B', 'C' or 0 = any
  std::string codes;   // as the sender wrote them, in the vocabulary `scheme`
  std::string scheme;  // letters_utp | letters_cta | flags_lean | "" = by tape (C: letters_utp, A and B: letters_cta)
  friend bool operator==(const ConditionSet&, const ConditionSet&) = default;
};

struct SignalEntry {
  std::string id;  // e.g. pct_above_sma_50
  std::string unit;
  std::uint64_t definition;  // definition id
  std::uint16_t index;
};

struct TriggerEntry {
  std::string name;
  std::string type;    // of kTriggerTypes
  std::string signal;  // id
  std::string rule;    // canonical text: thresholds, dwell, scopes
  friend bool operator==(const TriggerEntry&, const TriggerEntry&) = default;
};

struct RosterVersion {  // of a universe, in the sessions from one on
  std::uint64_t hash;   // what every number carries: of the roster in canonical text
  std::string version;  // of the universe file that it comes from
  std::uint32_t from_session;
  friend bool operator==(const RosterVersion&, const RosterVersion&) = default;
};

struct Catalog {
  std::vector<std::string> symbols;          // by dense id
  std::vector<ConditionSet> condition_sets;  // by index; [0] is the empty set: a regular trade
  std::vector<std::string> scopes;           // by index: basket ids, wave:…, thesis; empty in imports
  std::vector<SignalEntry> signals;          // empty in imports
  std::vector<TriggerEntry> triggers;        // by index; empty in imports
  std::string universe_version;              // empty in imports
  std::vector<RosterVersion> rosters;        // those that numbers carry or will carry; empty in imports
};

}  // namespace groundswell
