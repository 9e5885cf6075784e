// THE list: every signal family, in the order of evaluation and of the catalog. A family may read what earlier ones left in `Derived`.
// Include in book.cpp only, so that a new signal rebuilds one file.
#pragma once

#include "signal/indicators/above_average.hpp"
#include "signal/indicators/absorption.hpp"
#include "signal/indicators/advance_decline.hpp"
#include "signal/indicators/arms_index.hpp"
#include "signal/indicators/average_correlation.hpp"
#include "signal/indicators/basket_index.hpp"
#include "signal/indicators/basket_rank.hpp"
#include "signal/indicators/belief.hpp"
#include "signal/indicators/beta.hpp"
#include "signal/indicators/breadth_thrust.hpp"
#include "signal/indicators/broadening.hpp"
#include "signal/indicators/concentration.hpp"
#include "signal/indicators/confirmation_state.hpp"
#include "signal/indicators/diffusion.hpp"
#include "signal/indicators/dispersion.hpp"
#include "signal/indicators/dollar_breadth.hpp"
#include "signal/indicators/earnings_reward.hpp"
#include "signal/indicators/follower_gap.hpp"
#include "signal/indicators/mansfield.hpp"
#include "signal/indicators/mcclellan.hpp"
#include "signal/indicators/new_highs_lows.hpp"
#include "signal/indicators/outperformance.hpp"
#include "signal/indicators/relative_strength.hpp"
#include "signal/indicators/relative_volume.hpp"
#include "signal/indicators/rolling_breadth.hpp"
#include "signal/indicators/rotation.hpp"
#include "signal/indicators/spoon.hpp"
#include "signal/indicators/strength_diffusion.hpp"
#include "signal/indicators/strength_extremes.hpp"
#include "signal/indicators/strength_rating.hpp"
#include "signal/indicators/strength_score.hpp"
#include "signal/indicators/tick_breadth.hpp"
#include "signal/indicators/up_down_volume.hpp"
#include "signal/indicators/wave_lead.hpp"
#include "signal/indicators/weighting_spread.hpp"
#include "signal/signal_list.hpp"

namespace groundswell::signal {

using AllSignals = SignalList<AdvanceDecline,       // A1-A4
                              UpDownVolume,         // A5
                              ArmsIndex,            // A6
                              McClellanOscillator,  // A7
                              BreadthThrust,        // A8
                              AboveAverage,         // A9
                              NewHighsLows,         // A10
                              TickBreadth,          // A12
                              DollarBreadth,        // A13
                              RelativeVolume,       // A13
                              RollingBreadth,       // A14
                              BasketIndex,          // B1
                              RelativeStrength,     // B2
                              StrengthExtremes,     // B2
                              Mansfield,            // B3
                              StrengthRating,       // B4
                              Rotation,             // B5
                              StrengthScore,        // B6
                              BasketRank,           // B7
                              Outperformance,       // B8
                              Beta,                 // B9
                              Concentration,        // C1, C2
                              WeightingSpread,      // C3
                              FollowerGap,          // C3
                              Dispersion,           // C4
                              AverageCorrelation,   // C5
                              Absorption,           // C6
                              Diffusion,            // C7
                              StrengthDiffusion,    // C7
                              Broadening,           // D1
                              WaveLead,             // D2
                              EarningsReward,       // D4
                              Spoon,                // D5
                              Belief,               // D5
                              ConfirmationState>;   // D3
static_assert(AllSignals::kSignals < 4096, "a level's signal index is 16 bits and consoles keep a block per scope");

}  // namespace groundswell::signal
