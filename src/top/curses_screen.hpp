// The terminal. Only curses_screen.cpp includes <curses.h>. Thread: the one that made it; one at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "top/frame.hpp"
#include "top/view.hpp"

namespace groundswell::top {

// What $TERM can do, without touching the terminal. Errors: 69 what is missing.
struct Terminal {
  std::string name;
  int colours = 0;    // 0 = mono
  bool utf8 = false;  // the locale's character set
};
Result<Terminal> terminal();

class CursesScreen {
 public:
  // Takes over the terminal of standard input and output until it is destroyed. Ctrl-C stays a signal, Ctrl-Z stops the process and fg
  // brings all back. `mono`: no colours. Errors: as terminal().
  static Result<CursesScreen> open(bool mono);
  CursesScreen(CursesScreen&&) noexcept;
  CursesScreen& operator=(CursesScreen&&) noexcept;
  ~CursesScreen();

  Size size() const;
  void draw(const Frame& frame, Theme theme);  // sends what is different from what is there
  // A key that was pressed, if any; waits for none. A resize is no key: size() says it.
  std::optional<Key> key();

 private:
  struct Impl;
  explicit CursesScreen(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace groundswell::top
