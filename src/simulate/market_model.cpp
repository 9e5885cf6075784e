#include "simulate/market_model.hpp"

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"
#include "base/sha256.hpp"
#include "simulate/random.hpp"

namespace groundswell::simulate {
namespace {

constexpr double kMarketVolatility = 0.009;
constexpr double kWaveVolatility = 0.006;
constexpr double kBasketVolatility = 0.006;
constexpr double kOwnVolatility = 0.018;
constexpr double kMarketDrift = 0.0004;    // a session: about the rise that keeps a typical price level over years
constexpr double kNightShare = 0.2;        // of a session's variance
constexpr std::size_t kHistorySteps = 13;  // half hours
constexpr double kLowestDollars = 1;
constexpr double kHighestDollars = 100'000;
constexpr double kLargestMove = 0.25;  // of one step

constexpr std::array<double, kBenchmarkRoles> kBenchmarkBetas{1.0, 1.15, 0.95};
constexpr std::array<double, kBenchmarkRoles> kBenchmarkNoise{0.0005, 0.0025, 0.0020};

// Noise of the shared factors on a session with a story: small enough that the story shows.
double factor_noise(Profile profile) { return profile == Profile::kOpen ? 1.0 : 0.5; }
double own_noise(Profile profile) { return profile == Profile::kThrust ? 0.5 : 1.0; }

}  // namespace

std::uint64_t stream_key(std::string_view kind, std::string_view name) {
  return sha256_prefix64(std::string(kind) + '/' + std::string(name));
}

double exposure_of(std::string_view symbol) { return static_cast<double>(stream_key("exposure", symbol) >> 11) * 0x1p-53; }

std::optional<Profile> parse_profile(std::string_view name) {
  for (std::size_t index = 0; index < kProfileNames.size(); ++index) {
    if (kProfileNames[index] == name) return static_cast<Profile>(index);
  }
  return std::nullopt;
}

double activity_curve(double x) noexcept {
  const double from_middle = 2 * x - 1;
  const double square = from_middle * from_middle;
  return 0.6 + 0.6 * square + square * square;
}

std::int64_t round_to_cent_e9(double dollars) noexcept {
  const auto cents = static_cast<std::int64_t>(dollars * 100 + 0.5);
  return std::max<std::int64_t>(cents, 1) * (kPriceScale / 100);
}

MarketModel::MarketModel(const Universe& universe, const ModelOptions& options) : options_(options), symbols_(universe_symbols(universe)) {
  natures_.resize(symbols_.size());
  trade_shares_.resize(symbols_.size());
  dollars_.resize(symbols_.size());
  bars_.resize(symbols_.size());
  for (std::size_t symbol = 0; symbol < symbols_.size(); ++symbol) {
    Nature& nature = natures_[symbol];
    nature.key = stream_key("symbol", symbols_[symbol]);
    nature.basket = kNoBasket;
    nature.own_volatility = kOwnVolatility;
    Random random(options_.seed, 0, nature.key);
    const double height = random.uniform();
    dollars_[symbol] = static_cast<double>(round_to_cent_e9(10 + 490 * height * height)) / static_cast<double>(kPriceScale);
    nature.beta = 0.6 + 0.8 * random.uniform();
    trade_shares_[symbol] = 1 / (0.05 + random.uniform());  // few are very busy
  }
  add_members(universe);
  add_benchmarks(universe);
  double total = 0;
  for (const double weight : trade_shares_) total += weight;
  for (double& weight : trade_shares_) weight /= total;
  moves_.baskets.resize(baskets_.size());
}

void MarketModel::add_members(const Universe& universe) {
  std::array<std::size_t, 3> in_wave{};
  for (const Basket& basket : universe.baskets) ++in_wave[static_cast<std::size_t>(basket.wave) - 1];
  std::array<std::size_t, 3> seen{};
  for (const Basket& basket : universe.baskets) {
    const std::size_t wave = static_cast<std::size_t>(basket.wave) - 1;
    const double place = static_cast<double>(seen[wave]++) / static_cast<double>(in_wave[wave]);
    baskets_.push_back({stream_key("basket", basket.id), basket.wave, place});
    for (const Member& member : basket.members) {
      const auto found = std::find(symbols_.begin(), symbols_.end(), member.symbol);
      GS_ASSERT(found != symbols_.end());
      const auto symbol = static_cast<std::size_t>(found - symbols_.begin());
      Nature& nature = natures_[symbol];
      nature.regime.role = std::max(nature.regime.role, member.role);
      if (nature.basket != kNoBasket) continue;  // a symbol of several baskets moves with the first
      nature.basket = static_cast<std::uint32_t>(baskets_.size() - 1);
      nature.regime.wave = basket.wave;
      nature.regime.exposure = exposure_of(member.symbol);
      nature.leader = member.role == Role::kLeader;
      if (nature.leader) trade_shares_[symbol] *= 2;
    }
  }
}

void MarketModel::add_benchmarks(const Universe& universe) {
  std::size_t benchmarks = 0;
  for (std::size_t role = 0; role < kBenchmarkRoles; ++role) {
    const auto found = std::find(symbols_.begin(), symbols_.end(), universe.benchmarks[role]);
    if (universe.benchmarks[role].empty() || found == symbols_.end()) continue;
    const auto symbol = static_cast<std::size_t>(found - symbols_.begin());
    natures_[symbol].basket = kNoBasket;
    natures_[symbol].beta = kBenchmarkBetas[role];
    natures_[symbol].own_volatility = kBenchmarkNoise[role];
    natures_[symbol].leader = false;
    trade_shares_[symbol] = 20;
    ++benchmarks;
  }
  list_some_late(benchmarks);
}

void MarketModel::list_some_late(std::size_t benchmarks) {
  const std::size_t members = symbols_.size() - std::min(benchmarks, symbols_.size());
  std::size_t wanted = std::min<std::size_t>(3, members / 8);  // a small universe cannot spare three
  Random random(options_.seed, 0, stream_key("listing", ""));
  while (wanted > 0) {
    Nature& nature = natures_[random.below(natures_.size())];
    if (nature.basket == kNoBasket || nature.listed_from != 0) continue;
    const auto sessions_before = static_cast<std::uint32_t>(30 + random.below(171));
    if (options_.history_sessions <= sessions_before) return;
    nature.listed_from = options_.history_sessions - sessions_before;
    --wanted;
  }
}

double MarketModel::expected_session_shares(std::size_t symbol, std::uint32_t minutes) const noexcept {
  return options_.rate * 60 * minutes * trade_shares_[symbol] * kMeanPrintShares;
}

void MarketModel::set_steps(std::size_t steps) {
  if (step_roots_.size() == steps + 1) return;
  step_roots_.assign(steps + 1, 0);
  double total = 0;
  const auto middle = [steps](std::size_t step) { return (static_cast<double>(step) - 0.5) / static_cast<double>(steps); };
  for (std::size_t step = 1; step <= steps; ++step) total += activity_curve(middle(step));
  step_roots_[0] = std::sqrt(kNightShare);
  for (std::size_t step = 1; step <= steps; ++step) step_roots_[step] = std::sqrt((1 - kNightShare) * activity_curve(middle(step)) / total);
}

double MarketModel::draw_moves(std::uint32_t session, std::uint64_t key, double volatility, std::vector<double>& moves) const {
  Random random(options_.seed, session, key);
  const double scale = random.student5_scale();
  moves.resize(step_roots_.size());
  for (std::size_t step = 0; step < moves.size(); ++step) moves[step] = volatility * scale * step_roots_[step] * random.normal();
  return scale;
}

void MarketModel::draw_factors(std::uint32_t session, Profile profile) {
  const double noise = factor_noise(profile);
  moves_.market_scale = draw_moves(session, stream_key("market", ""), kMarketVolatility * noise, moves_.market);
  for (double& move : moves_.market) move += kMarketDrift / static_cast<double>(moves_.market.size());
  for (std::size_t wave = 0; wave < moves_.waves.size(); ++wave) {
    draw_moves(session, stream_key("wave", kWaveNames[wave]), kWaveVolatility * noise, moves_.waves[wave]);
  }
  if (const double drift = market_drift(options_.regime, regime_time()); drift != 0.0) {
    for (double& move : moves_.market) move += drift / static_cast<double>(moves_.market.size());
  }
  if (options_.regime == Regime::kRotation) follow_waves();
  for (std::size_t basket = 0; basket < baskets_.size(); ++basket) {
    draw_moves(session, baskets_[basket].key, kBasketVolatility * noise, moves_.baskets[basket]);
  }
}

// A wave does what the wave before it did some sessions ago, and a part of its own. Sessions of another number of steps, which are live
// ones, follow nothing.
void MarketModel::follow_waves() {
  auto& past = past_waves_[sessions_played_ % kRegimeLagSessions];
  for (std::size_t wave = 1; wave < moves_.waves.size(); ++wave) {
    if (past[wave - 1].size() != moves_.waves[wave].size()) continue;
    for (std::size_t step = 0; step < moves_.waves[wave].size(); ++step) {
      moves_.waves[wave][step] = 0.6 * moves_.waves[wave][step] + 0.8 * past[wave - 1][step];
    }
  }
  past = moves_.waves;
}

// Drift beyond the noise, per whole session, at `x` of its length; x < 0 is the night, whose value is the move itself.
double MarketModel::story_of(const Nature& nature, double x, Profile profile) const {
  switch (profile) {
    case Profile::kOpen: return 0;
    case Profile::kThrust: return x < 0 ? 0 : nature.beta * 0.044 * (1 - x);
    case Profile::kGap: return x < 0 ? -0.03 * nature.beta : (x > 0.1 && x < 0.8 ? nature.beta * 0.03 / 0.7 : 0);
    case Profile::kRotation: break;
  }
  if (x < 0 || nature.basket == kNoBasket) return 0;
  const BasketNature& basket = baskets_[nature.basket];
  if (basket.wave == Wave::kCompute) return x < 0.42 ? 0.020 / 0.42 : (x < 0.5 ? 0 : -0.010 / 0.5);
  if (basket.wave != Wave::kPhysical) return 0;
  const double joins = 0.38 + 0.20 * basket.place + (nature.leader ? 0.0 : 0.05);  // leaders first, then the rest of the basket
  return x < joins ? -0.002 / joins : 0.030 / (1 - joins);
}

double MarketModel::move_of(const Nature& nature, std::size_t step, Profile profile) const {
  double move = nature.beta * moves_.market[step] + moves_.own[step];
  if (nature.basket != kNoBasket) {
    move += moves_.waves[static_cast<std::size_t>(baskets_[nature.basket].wave) - 1][step] + moves_.baskets[nature.basket][step];
    if (const double drift = member_drift(options_.regime, regime_time(), nature.regime); drift != 0.0) {
      move += drift / static_cast<double>(step_roots_.size());
    }
  }
  if (profile != Profile::kOpen) {
    const auto steps = static_cast<double>(step_roots_.size() - 1);
    move += step == 0 ? story_of(nature, -1, profile) : story_of(nature, (static_cast<double>(step) - 0.5) / steps, profile) / steps;
  }
  return std::clamp(move, -kLargestMove, kLargestMove);
}

SessionBar MarketModel::summarise(std::size_t symbol, std::uint32_t session, std::uint32_t minutes) {
  const Nature& nature = natures_[symbol];
  const double own_scale = draw_moves(session, nature.key, nature.own_volatility, moves_.own);
  double price = dollars_[symbol], open = price, high = 0, low = kHighestDollars;
  for (std::size_t step = 0; step <= kHistorySteps; ++step) {
    price = std::clamp(price * (1 + move_of(nature, step, Profile::kOpen)), kLowestDollars, kHighestDollars);
    if (step == 0) open = price;
    high = std::max(high, price);
    low = std::min(low, price);
  }
  // Between two half-hour points a path goes a little beyond both.
  Random random(options_.seed, session, ~nature.key);
  const double up = random.uniform(), down = random.uniform();
  high *= 1 + 0.006 * up * up;
  low *= 1 - 0.006 * down * down;
  const double busy = (0.7 + 0.3 * moves_.market_scale) * (0.5 + 0.35 * own_scale + 0.3 * random.uniform());
  SessionBar bar{round_to_cent_e9(open), round_to_cent_e9(high), round_to_cent_e9(low), round_to_cent_e9(price), 0, true};
  bar.volume_shares = static_cast<std::uint64_t>(expected_session_shares(symbol, minutes) * busy) + 100;
  dollars_[symbol] = static_cast<double>(bar.close_e9) / static_cast<double>(kPriceScale);
  return bar;
}

std::span<const SessionBar> MarketModel::next_session(std::uint32_t session, std::uint32_t minutes) {
  set_steps(kHistorySteps);
  draw_factors(session, Profile::kOpen);
  for (std::size_t symbol = 0; symbol < symbols_.size(); ++symbol) {
    bars_[symbol] = sessions_played_ < natures_[symbol].listed_from ? SessionBar{} : summarise(symbol, session, minutes);
  }
  ++sessions_played_;
  return bars_;
}

DayPath MarketModel::play_live_session(std::uint32_t session, std::uint32_t minutes) {
  const Profile profile = story_told_ ? Profile::kOpen : options_.profile;
  story_told_ = true;
  set_steps(minutes);
  draw_factors(session, profile);
  DayPath path;
  path.minutes = minutes;
  path.dollars.reserve(symbols_.size() * (minutes + 1));
  for (std::size_t symbol = 0; symbol < symbols_.size(); ++symbol) {
    const Nature& nature = natures_[symbol];
    draw_moves(session, nature.key, nature.own_volatility * own_noise(profile), moves_.own);
    double price = dollars_[symbol];
    for (std::size_t step = 0; step <= minutes; ++step) {
      price = std::clamp(price * (1 + move_of(nature, step, profile)), kLowestDollars, kHighestDollars);
      path.dollars.push_back(price);
    }
    dollars_[symbol] = static_cast<double>(round_to_cent_e9(price)) / static_cast<double>(kPriceScale);
  }
  ++sessions_played_;
  return path;
}

}  // namespace groundswell::simulate
