// What instruments are called. DBN records carry a number that means one symbol within a data set and a UTC day; which, the metadata of
// the files, symbol mapping records and definitions say, perhaps after the records that need it. So records get a key, and keys are named
// when everything has been read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "import/rows.hpp"

namespace groundswell::dbn {

inline constexpr std::uint32_t kNoEndDay = ~std::uint32_t{0};

class Instruments {
 public:
  std::uint32_t dataset(std::string_view name);  // its number

  // From `first_day` to before `end_day` (days since 1970 UTC) the instrument is called `symbol`; with kNoEndDay until another first day
  // of the same instrument. Errors: 65 it is called something else on one of these days; `place` says where this is told.
  Result<void> add(std::uint32_t dataset, std::uint32_t instrument, std::uint32_t first_day, std::uint32_t end_day, std::string_view symbol,
                   const std::string& place);

  // A number for the instrument on that day, dense from 0. `label` and `record_number` say where it was first met.
  std::uint32_t key(std::uint32_t dataset, std::uint32_t instrument, std::uint32_t day, const std::string& label,
                    std::uint64_t record_number);

  // By key: the symbol's id in `symbols`. Errors: 65 an instrument that nothing names, or with a name that a recording cannot hold.
  Result<std::vector<std::uint32_t>> resolve(importer::Symbols& symbols) const;

 private:
  struct Instrument {
    std::uint32_t dataset, number;
    friend auto operator<=>(const Instrument&, const Instrument&) = default;
  };
  struct Name {
    std::uint32_t first_day, end_day;
    bool open_ended;
    std::string symbol;
  };
  struct Key {
    Instrument instrument;
    std::uint32_t day;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct FirstMet {
    Key key;
    std::string label;
    std::uint64_t record_number;
  };

  const std::string* name_of(const Key& key) const;

  std::vector<std::string> datasets_;
  std::map<Instrument, std::vector<Name>> names_;
  std::unordered_map<Key, std::uint32_t, KeyHash> keys_;
  std::vector<FirstMet> first_met_;  // by key
};

}  // namespace groundswell::dbn
