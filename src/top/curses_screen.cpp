#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include "top/curses_screen.hpp"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <term.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace groundswell::top {
namespace {

struct Look {
  short dark, light, few;  // foreground with 256 colours on a dark and on a light ground; with 8. -1 = the terminal's own
  attr_t attributes;
};
constexpr std::array<Look, kStyles> kLooks{{
    {-1, -1, -1, A_NORMAL},                     // kPlain
    {245, 240, -1, A_NORMAL},                   // kDim
    {-1, -1, -1, A_BOLD},                       // kBold
    {75, 25, COLOR_CYAN, A_NORMAL},             // kUp
    {215, 130, COLOR_YELLOW, A_NORMAL},         // kDown
    {222, 94, COLOR_YELLOW, A_BOLD},            // kWarning
    {203, 160, COLOR_RED, A_BOLD | A_REVERSE},  // kAlarm
    {-1, -1, -1, A_BOLD | A_REVERSE},           // kSelected
    {-1, -1, -1, A_REVERSE},                    // kBar
}};

short pair_of(Style style, Theme theme) {
  return static_cast<short>(1 + static_cast<int>(style) + (theme == Theme::kLight ? static_cast<int>(kStyles) : 0));
}

bool is_utf8() { return std::strcmp(::nl_langinfo(CODESET), "UTF-8") == 0; }

std::optional<KeyKind> kind_of(wint_t code) {
  switch (code) {
    case KEY_UP: return KeyKind::kUp;
    case KEY_DOWN: return KeyKind::kDown;
    case KEY_LEFT: return KeyKind::kLeft;
    case KEY_RIGHT: return KeyKind::kRight;
    case KEY_PPAGE: return KeyKind::kPageUp;
    case KEY_NPAGE: return KeyKind::kPageDown;
    case KEY_HOME: return KeyKind::kHome;
    case KEY_END: return KeyKind::kEnd;
    case KEY_ENTER: return KeyKind::kEnter;
    case KEY_BACKSPACE: return KeyKind::kBackspace;
    case KEY_BTAB: return KeyKind::kBackTab;
    default: return std::nullopt;
  }
}

std::optional<Key> key_of(wint_t character) {
  switch (character) {
    case '\t': return Key{.kind = KeyKind::kTab, .text = {}};
    case '\r':
    case '\n': return Key{.kind = KeyKind::kEnter, .text = {}};
    case 27: return Key{.kind = KeyKind::kEscape, .text = {}};
    case 8:
    case 127: return Key{.kind = KeyKind::kBackspace, .text = {}};
    default: break;
  }
  char bytes[16];
  mbstate_t state{};
  const std::size_t length = character < 32 ? 0 : ::wcrtomb(bytes, static_cast<wchar_t>(character), &state);
  if (length == 0 || length > sizeof bytes) return std::nullopt;
  return Key{.kind = KeyKind::kCharacter, .text = std::string(bytes, length)};
}

}  // namespace

Result<Terminal> terminal() {
  const char* const name = std::getenv("TERM");
  if (name == nullptr || *name == '\0') return fail(Exit::kUnavailable, "TERM is not set: no terminal can be drawn on");
  int status = 0;
  if (::setupterm(name, STDOUT_FILENO, &status) != OK)
    return fail(Exit::kUnavailable,
                "TERM is '" + std::string(name) + "', of which this system knows nothing: install ncurses-term, or set TERM=xterm");
  const bool moves = ::tigetstr("cup") != nullptr && ::tigetstr("clear") != nullptr;
  const int colours = ::tigetnum("colors");
  ::del_curterm(cur_term);
  if (!moves) return fail(Exit::kUnavailable, "TERM is '" + std::string(name) + "', on which nothing can be put in its place");
  ::setlocale(LC_CTYPE, "");
  return Terminal{.name = name, .colours = colours > 0 ? colours : 0, .utf8 = is_utf8()};
}

struct CursesScreen::Impl {
  SCREEN* screen = nullptr;
  bool colours = false, utf8 = false;
  Frame shown{Size{}};
  Theme theme = Theme::kDark;
};

CursesScreen::CursesScreen(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CursesScreen::CursesScreen(CursesScreen&&) noexcept = default;
CursesScreen& CursesScreen::operator=(CursesScreen&&) noexcept = default;

CursesScreen::~CursesScreen() {
  if (!impl_) return;
  ::move(LINES - 1, 0);  // on terminals that keep what was drawn, the next line begins here
  ::clrtoeol();
  ::refresh();
  ::endwin();
  ::delscreen(impl_->screen);
}

Result<CursesScreen> CursesScreen::open(bool mono) {
  const auto able = terminal();
  if (!able) return able.error();
  auto impl = std::make_unique<Impl>();
  impl->screen = ::newterm(nullptr, stdout, stdin);
  if (impl->screen == nullptr) return fail(Exit::kUnavailable, "TERM is '" + able->name + "', which cannot be drawn on");
  impl->utf8 = able->utf8;
  ::cbreak();
  ::noecho();
  ::keypad(stdscr, TRUE);
  ::nodelay(stdscr, TRUE);
  ::set_escdelay(25);
  ::curs_set(0);  // fails where it always shows
  if (!mono && ::has_colors()) {
    ::start_color();
    const bool own = ::use_default_colors() == OK;
    const short ground = own ? -1 : COLOR_BLACK;
    impl->colours = COLOR_PAIRS > static_cast<int>(2 * kStyles);
    for (std::size_t i = 0; i < kStyles && impl->colours; ++i) {
      const Look& look = kLooks[i];
      const auto colour = [&](short wanted) -> short { return wanted < 0 && !own ? short{COLOR_WHITE} : wanted; };
      ::init_pair(pair_of(static_cast<Style>(i), Theme::kDark), colour(COLORS >= 256 ? look.dark : look.few), ground);
      ::init_pair(pair_of(static_cast<Style>(i), Theme::kLight), colour(COLORS >= 256 ? look.light : look.few), ground);
    }
  }
  return CursesScreen(std::move(impl));
}

Size CursesScreen::size() const { return {getmaxx(stdscr), getmaxy(stdscr)}; }

void CursesScreen::draw(const Frame& frame, Theme theme) {
  if (frame == impl_->shown && theme == impl_->theme) return;
  if (frame.size() != impl_->shown.size()) ::clearok(stdscr, TRUE);
  const bool all = frame.size() != impl_->shown.size() || theme != impl_->theme;
  const Size drawn{std::min(frame.size().width, size().width), std::min(frame.size().height, size().height)};
  for (int y = 0; y < drawn.height; ++y) {
    for (int x = 0; x < drawn.width; ++x) {
      const FrameCell& cell = frame.at(x, y);
      if (cell.text.empty() || (!all && cell == impl_->shown.at(x, y))) continue;
      const bool coloured = impl_->colours && theme != Theme::kMono;
      const Look& look = kLooks[static_cast<std::size_t>(cell.style)];
      ::attr_set(look.attributes, coloured ? pair_of(cell.style, theme) : short{0}, nullptr);
      ::mvaddstr(y, x, impl_->utf8 ? cell.text.c_str() : ascii_of(cell.text).c_str());
    }
  }
  ::refresh();
  impl_->shown = frame;
  impl_->theme = theme;
}

std::optional<Key> CursesScreen::key() {
  wint_t code = 0;
  for (;;) {
    const int kind = ::get_wch(&code);
    if (kind == ERR) return std::nullopt;
    if (kind == KEY_CODE_YES) {
      if (const auto known = kind_of(code)) return Key{.kind = *known, .text = {}};
    } else if (const auto known = key_of(code)) {
      return known;
    }
  }
}

}  // namespace groundswell::top
