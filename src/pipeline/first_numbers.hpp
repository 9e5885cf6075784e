// What an engine publishes first: the numbers that come next, a row per scope, and the symbols that its recording begins with.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "pipeline/fold.hpp"
#include "pipeline/shadow.hpp"
#include "wire/codec.hpp"

namespace groundswell::pipeline {

// What the fold makes next, but for the edges that it has made and nobody has published.
std::vector<wire::NextNumbers> first_numbers(const Fold& fold, std::span<const wire::EdgeWithWhy> unpublished);
std::vector<wire::NextNumbers> first_numbers_of(const Shadow& shadow);
// Those of the universe, then what only its shadow has.
std::vector<std::string> recording_symbols(const config::Config& config);

}  // namespace groundswell::pipeline
