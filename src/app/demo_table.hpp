// The live table of the demo: the latest levels as they arrive, drawn as plain text. Pure: levels in, text out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "groundswell/client/events.hpp"
#include "groundswell/universe.hpp"

namespace groundswell::app {

class DemoTable {
 public:
  explicit DemoTable(const Universe& universe);
  void take(const client::LevelsEvent& event, const client::Names& names);
  bool has_values() const noexcept { return values_ > 0; }
  // `width`: columns of the terminal; what does not fit is left out, rightmost first.
  std::string draw(const std::string& headline, bool colour, int width) const;

 private:
  std::string cell(const std::string& scope, const std::string& signal, int width, int decimals, bool sign, double scale) const;
  std::string row(const std::string& scope, const std::string& title, bool colour, int width) const;
  const Universe& universe_;
  std::map<std::pair<std::string, std::string>, Level> levels_;
  std::uint64_t event_time_ns_ = 0, values_ = 0;
};

}  // namespace groundswell::app
