#include "top/view.hpp"

#include <algorithm>
#include <cctype>
#include <limits>

namespace groundswell::top {
namespace {

using console::ScopeInfo;
using console::ScopeKind;

std::string_view signal_of(Sort sort) { return sort == Sort::kBreadth ? "ad_pct" : sort == Sort::kStrength ? "excess_1" : "rank_pct"; }

double value_of(const console::Model& model, const ScopeInfo& scope, Sort sort) {
  const console::Cell& cell = model.cell(scope.id, signal_of(sort));
  return cell.told() && cell.level.present != 0 ? cell.level.value : -std::numeric_limits<double>::infinity();  // none goes last
}

// The thesis, then each wave before its baskets; baskets that no universe knows last.
int group_of(const ScopeInfo& scope) {
  if (scope.kind == ScopeKind::kThesis) return 0;
  if (!scope.wave) return std::numeric_limits<int>::max();
  return 2 * static_cast<int>(*scope.wave) + (scope.kind == ScopeKind::kWave ? 0 : 1);
}

template <class Rows, class Is>
std::size_t place_of(const Rows& rows, Is&& is) {
  const auto found = std::find_if(rows.begin(), rows.end(), is);
  return found == rows.end() ? 0 : static_cast<std::size_t>(found - rows.begin());
}

std::size_t moved(std::size_t place, std::size_t count, const Key& key, int page) {
  const std::size_t step = static_cast<std::size_t>(std::max(page, 1)), last = count - 1;
  switch (key.kind) {
    case KeyKind::kUp: return place - std::min<std::size_t>(place, 1);
    case KeyKind::kDown: return std::min(place + 1, last);
    case KeyKind::kPageUp: return place - std::min(place, step);
    case KeyKind::kPageDown: return std::min(place + step, last);
    case KeyKind::kHome: return 0;
    case KeyKind::kEnd: return last;
    default: return place;
  }
}

void move(ViewState& view, const Key& key, const console::Model& model, int page) {
  if (view.pane == Pane::kOverview) {
    const auto rows = overview_rows(model, view);
    if (!rows.empty())
      view.scope = rows[moved(place_of(rows, [&](const ScopeInfo& row) { return row.id == view.scope; }), rows.size(), key, page)].id;
  } else if (view.pane == Pane::kEvents) {
    const auto rows = tape(model, view);
    if (rows.empty()) return;
    const std::size_t to = moved(place_of(rows, [&](const auto* row) { return row->number == view.event; }), rows.size(), key, page);
    view.event = to == 0 ? 0 : rows[to]->number;
  } else {
    constexpr int kFar = 1'000'000;  // more rows than any pane has
    view.scroll = static_cast<int>(moved(static_cast<std::size_t>(view.scroll), kFar, key, page));
  }
}

void show(ViewState& view, Pane pane) {
  view.pane = pane;
  view.scroll = 0;
}

void turn(ViewState& view, int by) {
  const int count = static_cast<int>(kPaneNames.size());
  show(view, static_cast<Pane>((static_cast<int>(view.pane) + by + count) % count));
}

// The basket before or after, in the order of the overview.
void neighbour(ViewState& view, const console::Model& model, KeyKind way) {
  ViewState overview = view;
  overview.pane = Pane::kOverview;
  move(overview, {.kind = way == KeyKind::kLeft ? KeyKind::kUp : KeyKind::kDown, .text = {}}, model, 1);
  view.scope = overview.scope;
  view.scroll = 0;
}

void open(ViewState& view, const console::Model& model) {
  if (view.pane == Pane::kEvents) {
    const auto rows = tape(model, view);
    if (rows.empty()) return;
    view.scope = rows[place_of(rows, [&](const auto* row) { return row->number == view.event; })]->scope;
  } else if (view.pane != Pane::kOverview) {
    return;
  }
  view.filter.clear();
  show(view, Pane::kBasket);
}

void type(ViewState& view, const Key& key) {
  constexpr std::size_t kLongest = 40;
  if (key.kind == KeyKind::kEnter) view.typing = false;
  if (key.kind == KeyKind::kEscape) view.typing = false, view.filter.clear();
  if (key.kind == KeyKind::kCharacter && view.filter.size() < kLongest) view.filter += key.text;
  if (key.kind == KeyKind::kBackspace) {
    while (!view.filter.empty() && (static_cast<unsigned char>(view.filter.back()) & 0xc0) == 0x80) view.filter.pop_back();
    if (!view.filter.empty()) view.filter.pop_back();
  }
}

bool press_character(ViewState& view, char key, const console::Model& model, int page) {
  switch (key) {
    case 'q': return false;
    case 'j': move(view, {.kind = KeyKind::kDown, .text = {}}, model, page); break;
    case 'k': move(view, {.kind = KeyKind::kUp, .text = {}}, model, page); break;
    case 'g': move(view, {.kind = KeyKind::kHome, .text = {}}, model, page); break;
    case 'G': move(view, {.kind = KeyKind::kEnd, .text = {}}, model, page); break;
    case 's': view.sort = static_cast<Sort>((static_cast<std::size_t>(view.sort) + 1) % kSortNames.size()); break;
    case 't': view.theme = static_cast<Theme>((static_cast<std::size_t>(view.theme) + 1) % kThemes); break;
    case 'f':
    case '/': view.typing = true; break;
    case ' ': view.paused = !view.paused; break;
    case 'h':
    case '?': view.help = true; break;
    default:
      if (key >= '1' && key < '1' + static_cast<char>(kPaneNames.size())) show(view, static_cast<Pane>(key - '1'));
  }
  return true;
}

}  // namespace

bool holds(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), [&](char a, char b) { return lower(a) == lower(b); }) !=
             text.end() ||
         part.empty();
}

std::vector<ScopeInfo> overview_rows(const console::Model& model, const ViewState& view) {
  std::vector<ScopeInfo> rows = model.scopes();
  std::erase_if(rows, [&](const ScopeInfo& row) {
    const std::string_view wave = row.wave ? kWaveNames[static_cast<std::size_t>(*row.wave) - 1] : std::string_view();
    return row.kind == ScopeKind::kSymbols || (view.sort != Sort::kWave && row.kind != ScopeKind::kBasket) ||
           !(holds(row.name, view.filter) || holds(row.id, view.filter) || holds(wave, view.filter));
  });
  if (view.sort == Sort::kWave)
    std::stable_sort(rows.begin(), rows.end(), [](const ScopeInfo& a, const ScopeInfo& b) { return group_of(a) < group_of(b); });
  else if (view.sort == Sort::kName)
    std::stable_sort(rows.begin(), rows.end(), [](const ScopeInfo& a, const ScopeInfo& b) { return a.name < b.name; });
  else
    std::stable_sort(rows.begin(), rows.end(),
                     [&](const ScopeInfo& a, const ScopeInfo& b) { return value_of(model, a, view.sort) > value_of(model, b, view.sort); });
  return rows;
}

std::vector<const console::Event*> tape(const console::Model& model, const ViewState& view) {
  std::vector<const console::Event*> rows;
  for (auto event = model.events().rbegin(); event != model.events().rend(); ++event) {
    const bool wanted = holds(event->type, view.filter) || holds(event->scope, view.filter) || holds(event->trigger, view.filter) ||
                        holds(event->subject, view.filter);
    if (wanted) rows.push_back(&*event);
  }
  return rows;
}

bool press(ViewState& view, const Key& key, const console::Model& model, int page) {
  if (view.typing) {
    type(view, key);
    return true;
  }
  if (view.help) {  // any key puts it away
    view.help = false;
    return !(key.kind == KeyKind::kCharacter && key.text == "q");
  }
  switch (key.kind) {
    case KeyKind::kCharacter: return key.text.size() != 1 || press_character(view, key.text[0], model, page);
    case KeyKind::kTab: turn(view, 1); break;
    case KeyKind::kBackTab: turn(view, -1); break;
    case KeyKind::kLeft:
    case KeyKind::kRight:
      if (view.pane == Pane::kBasket) neighbour(view, model, key.kind);
      break;
    case KeyKind::kEnter: open(view, model); break;
    case KeyKind::kEscape:
      if (view.filter.empty()) show(view, Pane::kOverview);
      view.filter.clear();
      break;
    default: move(view, key, model, page);
  }
  return true;
}

}  // namespace groundswell::top
