// What somebody looks at: pane, order, filter, selection. Keys change it; nothing else does. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "console/model.hpp"

namespace groundswell::top {

enum class Pane : std::uint8_t { kOverview, kBasket, kEvents, kHealth };
inline constexpr std::array<std::string_view, 4> kPaneNames{"Overview", "Basket", "Events", "Health"};
enum class Sort : std::uint8_t { kWave, kBreadth, kStrength, kRank, kName };
inline constexpr std::array<std::string_view, 5> kSortNames{"wave", "breadth", "strength", "rank", "name"};
enum class Theme : std::uint8_t { kDark, kLight, kMono };
inline constexpr std::size_t kThemes = 3;

enum class KeyKind : std::uint8_t {
  kCharacter,
  kUp,
  kDown,
  kLeft,
  kRight,
  kPageUp,
  kPageDown,
  kHome,
  kEnd,
  kEnter,
  kEscape,
  kBackspace,
  kTab,
  kBackTab
};
struct Key {
  KeyKind kind = KeyKind::kCharacter;
  std::string text;  // of kCharacter: UTF-8
};

struct ViewState {
  Pane pane = Pane::kOverview;
  Sort sort = Sort::kWave;
  Theme theme = Theme::kDark;
  std::string scope;        // selected in the overview, shown as basket; "" = the first
  std::uint64_t event = 0;  // number of the selected one; 0 = the newest, whatever comes
  int scroll = 0;           // first row that is shown, of panes without a selection; the drawing says how far it may go
  std::string filter;
  bool typing = false;  // the filter
  bool paused = false, help = false;
  bool printed = false;  // on paper: no keys to be told of
};

// The rows of the overview, and the events of the tape, the newest first: ordered and filtered.
std::vector<console::ScopeInfo> overview_rows(const console::Model& model, const ViewState& view);
std::vector<const console::Event*> tape(const console::Model& model, const ViewState& view);
bool holds(std::string_view text, std::string_view part);  // in whatever case

// `page`: rows that are drawn. Returns false when the key means to leave.
bool press(ViewState& view, const Key& key, const console::Model& model, int page);

}  // namespace groundswell::top
