// A made-up market over a universe: a factor model whose every number follows from a seed. A member moves with the market (times its
// beta), its wave, its basket and alone; volatilities are 0.9, 0.6, 0.6 and 1.8 % a session, each Student t with 5 degrees of freedom.
// Nothing in it knows a real price: it shows what the signals do, not what a market did. Bit-equal on every compiler (see random.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "groundswell/tick.hpp"
#include "groundswell/universe.hpp"
#include "simulate/regime.hpp"

namespace groundswell::simulate {

// What the first live session tells. Later sessions are plain.
enum class Profile : std::uint8_t {
  kOpen = 0,      // a plain session
  kRotation = 1,  // compute leads in the morning; from late morning the physical baskets take over, one after the other
  kThrust = 2,    // the whole market rises, steeply at first
  kGap = 3,       // opens 3 % lower, then recovers
};
inline constexpr std::array<std::string_view, 4> kProfileNames{"open", "rotation", "thrust", "gap"};
std::optional<Profile> parse_profile(std::string_view name);

inline constexpr std::uint32_t kRegularMinutes = 390;
inline constexpr double kMeanPrintShares = 271;  // of the size distribution in tape_generator.cpp

struct ModelOptions {
  std::uint64_t seed = 1;
  Profile profile = Profile::kOpen;
  double rate = 400;                     // trades per second of regular hours, over all symbols: scales volumes, never prices
  std::uint32_t history_sessions = 520;  // sessions before the live one: places the late listings
  Regime regime = Regime::kNull;
};

struct SessionBar {
  std::int64_t open_e9 = 0, high_e9 = 0, low_e9 = 0, close_e9 = 0;  // 1e-9 dollar, whole cents
  std::uint64_t volume_shares = 0;
  bool listed = false;  // false: the symbol is not listed yet, the rest is zero
  friend bool operator==(const SessionBar&, const SessionBar&) = default;
};

// The fair prices of one live session, minute by minute.
struct DayPath {
  std::uint32_t minutes = 0;
  std::vector<double> dollars;  // symbol * (minutes + 1) + minute: at the start of the minute; [minutes] is the close
  double at(std::size_t symbol, std::size_t minute) const { return dollars[symbol * (minutes + 1) + minute]; }
};

// Share of a session's activity at `x` of its length, x in [0, 1]: U-shaped, mean 1, 0.6 in the middle, 2.2 at both ends.
double activity_curve(double x) noexcept;
// Dollars to the price of the nearest cent, at least one cent.
std::int64_t round_to_cent_e9(double dollars) noexcept;

// The stream of random numbers of what is called `name` among its kind.
std::uint64_t stream_key(std::string_view kind, std::string_view name);
// [0, 1), of a member's name alone: how much a broad regime raises it, and how good its made-up business is.
double exposure_of(std::string_view symbol);

class MarketModel {
 public:
  MarketModel(const Universe& universe, const ModelOptions& options);

  const std::vector<std::string>& symbols() const noexcept { return symbols_; }    // universe_symbols order: index = dense id
  std::span<const double> trade_shares() const noexcept { return trade_shares_; }  // per symbol: its part of all trades, sums to 1
  double expected_session_shares(std::size_t symbol, std::uint32_t minutes) const noexcept;  // volume of a session
  std::int64_t last_close_e9(std::size_t symbol) const noexcept { return round_to_cent_e9(dollars_[symbol]); }

  // Plays one session of history, by half hours; `session` is yyyymmdd and must rise. One bar per symbol, valid until the next call.
  std::span<const SessionBar> next_session(std::uint32_t session, std::uint32_t minutes = kRegularMinutes);
  // Plays one live session, by minutes. The first one follows the profile. Afterwards the closes are its last prices, in whole cents.
  DayPath play_live_session(std::uint32_t session, std::uint32_t minutes);

 private:
  struct Nature {           // what a symbol is, for its whole life
    std::uint64_t key = 0;  // of its streams
    double beta = 1;
    double own_volatility = 0;
    std::uint32_t basket = 0;       // kNoBasket: a benchmark
    std::uint32_t listed_from = 0;  // index of its first session
    bool leader = false;
    RegimeMember regime;  // of a member
  };
  struct BasketNature {
    std::uint64_t key = 0;
    Wave wave = Wave::kCompute;
    double place = 0;  // [0, 1): its place among the baskets of its wave, file order
  };
  struct Moves {  // relative moves of the shared factors; element 0 is the night
    std::vector<double> market, own;
    std::array<std::vector<double>, 3> waves;
    std::vector<std::vector<double>> baskets;
    double market_scale = 1;
  };
  static constexpr std::uint32_t kNoBasket = 0xffffffffU;

  void add_benchmarks(const Universe& universe);
  void add_members(const Universe& universe);
  void list_some_late(std::size_t benchmarks);
  void set_steps(std::size_t steps);
  double draw_moves(std::uint32_t session, std::uint64_t key, double volatility, std::vector<double>& moves) const;
  void draw_factors(std::uint32_t session, Profile profile);
  void follow_waves();
  std::int64_t regime_time() const noexcept { return std::int64_t{sessions_played_} - kRegimeStartSessions; }
  // Relative move of a symbol in step `step`; moves_.own must hold its own draws.
  double move_of(const Nature& nature, std::size_t step, Profile profile) const;
  double story_of(const Nature& nature, double x, Profile profile) const;
  SessionBar summarise(std::size_t symbol, std::uint32_t session, std::uint32_t minutes);

  ModelOptions options_;
  std::vector<std::string> symbols_;
  std::vector<Nature> natures_;
  std::vector<BasketNature> baskets_;
  std::vector<double> trade_shares_;
  std::vector<double> dollars_;  // last price by symbol
  std::vector<SessionBar> bars_;
  std::vector<double> step_roots_;  // square root of each step's share of a session's variance; element 0 is the night
  Moves moves_;
  std::array<std::array<std::vector<double>, 3>, kRegimeLagSessions> past_waves_;  // by session modulo their number; of kRotation
  std::uint32_t sessions_played_ = 0;
  bool story_told_ = false;
};

}  // namespace groundswell::simulate
