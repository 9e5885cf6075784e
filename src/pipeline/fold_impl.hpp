// What the files of the fold share beside its header.
#pragma once

#include <array>

#include "base/sha256.hpp"
#include "pipeline/fold.hpp"

namespace groundswell::pipeline {

struct Fold::Hash {
  Sha256 sha;
  std::array<char, 512> text;
};

}  // namespace groundswell::pipeline
