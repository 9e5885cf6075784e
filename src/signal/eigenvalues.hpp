// Eigenvalues of a symmetric matrix: Householder's reduction to three diagonals, then implicit QL with Wilkinson's shift (Golub and Van
// Loan, Matrix Computations, 8.3). Sums and square roots in a fixed order: the same bits on every machine. For matrices of dozens of rows.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <utility>

namespace groundswell::signal {

inline double dot(const double* a, const double* b, std::size_t n) noexcept {
  std::array<double, 4> sums{};  // four at once, the same four on every machine
  const std::size_t whole = n / 4 * 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    for (std::size_t k = 0; k < 4; ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (std::size_t k = 0; k < n % 4; ++k) sums[k] += a[whole + k] * b[whole + k];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// Of the three diagonals: `diagonal` becomes the eigenvalues, in any order; beside[i], between diagonal[i] and the next, is destroyed.
inline void eigenvalues_of_three_diagonals(std::span<double> diagonal, std::span<double> beside) noexcept {
  constexpr int kMostTurns = 50;  // two or three do
  const std::size_t n = diagonal.size();
  const auto parts_after = [&](std::size_t i) {
    return std::abs(beside[i]) <= std::numeric_limits<double>::epsilon() * (std::abs(diagonal[i]) + std::abs(diagonal[i + 1]));
  };
  for (std::size_t first = 0; first + 1 < n; ++first) {
    for (int turn = 0; turn < kMostTurns; ++turn) {
      std::size_t last = first;
      while (last + 1 < n && !parts_after(last)) ++last;
      if (last == first) break;
      const double half = (diagonal[first + 1] - diagonal[first]) / (2.0 * beside[first]);
      double g = diagonal[last] - diagonal[first] + beside[first] / (half + std::copysign(std::sqrt(half * half + 1.0), half));
      double sine = 1.0, cosine = 1.0, moved = 0.0, length = 1.0;
      std::size_t i = last;
      while (i-- > first) {
        const double across = sine * beside[i], along = cosine * beside[i];
        length = std::sqrt(across * across + g * g);
        if (i + 1 < n - 1) beside[i + 1] = length;
        if (length == 0.0) {
          diagonal[i + 1] -= moved;
          break;
        }
        sine = across / length;
        cosine = g / length;
        g = diagonal[i + 1] - moved;
        const double turned = (diagonal[i] - g) * sine + 2.0 * cosine * along;
        moved = sine * turned;
        diagonal[i + 1] = g + moved;
        g = cosine * turned - along;
      }
      if (last < n - 1) beside[last] = 0.0;
      if (length == 0.0) continue;
      diagonal[first] -= moved;
      beside[first] = g;
    }
  }
}

// `matrix`: n rows of n, symmetric; destroyed. Writes its n eigenvalues to `values`, falling.
inline void eigenvalues(std::span<double> matrix, std::size_t n, std::span<double> values) noexcept {
  const std::span<double> beside = matrix.first(n - std::min<std::size_t>(n, 1));  // row 0: of no use once its column is done
  for (std::size_t k = 0; k < n; ++k) {
    double* const row = &matrix[k * n];
    values[k] = row[k];
    if (k + 1 == n) break;
    const std::size_t rest = n - k - 1;
    double* const mirror = row + k + 1;
    const double next = std::exchange(mirror[0], 0.0), below = dot(mirror, mirror, rest);
    double onto = next;
    if (below > 0.0) {  // else the three are all there is
      onto = std::copysign(std::sqrt(next * next + below), -next);
      mirror[0] = next - onto;
      const double scale = 2.0 / dot(mirror, mirror, rest);
      double* const image = &values[k + 1];  // not theirs yet
      for (std::size_t i = 0; i < rest; ++i) image[i] = scale * dot(&matrix[(k + 1 + i) * n + k + 1], mirror, rest);
      const double share = 0.5 * scale * dot(image, mirror, rest);
      for (std::size_t i = 0; i < rest; ++i) image[i] -= share * mirror[i];
      for (std::size_t i = 0; i < rest; ++i) {
        double* const other = &matrix[(k + 1 + i) * n + k + 1];
        for (std::size_t j = 0; j < rest; ++j) other[j] -= mirror[i] * image[j] + image[i] * mirror[j];
      }
    }
    beside[k] = onto;
  }
  eigenvalues_of_three_diagonals(values.first(n), beside);
  std::sort(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n), std::greater<>());
}

}  // namespace groundswell::signal
