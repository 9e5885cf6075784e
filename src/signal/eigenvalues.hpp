// Eigenvalues of a symmetric matrix by Jacobi's rotations, in a fixed order: the same bits on every machine. For matrices of dozens of
// rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>

namespace groundswell::signal {

// `matrix`: n rows of n, symmetric; destroyed. Writes its n eigenvalues to `values`, falling. Sweeps by rows until what is off the diagonal
// is nothing beside the whole.
inline void eigenvalues(std::span<double> matrix, std::size_t n, std::span<double> values) noexcept {
  constexpr int kMostSweeps = 40;     // a handful do
  constexpr double kNothing = 1e-28;  // of squares
  const auto at = [&](std::size_t row, std::size_t column) -> double& { return matrix[row * n + column]; };
  double all = 0.0;
  for (std::size_t i = 0; i < n * n; ++i) all += matrix[i] * matrix[i];
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    double off = 0.0;
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) off += at(p, q) * at(p, q);
    }
    if (off <= kNothing * all) break;
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) {
        if (at(p, q) == 0.0) continue;
        const double theta = (at(q, q) - at(p, p)) / (2.0 * at(p, q));
        const double tangent = (theta < 0.0 ? -1.0 : 1.0) / (std::abs(theta) + std::sqrt(theta * theta + 1.0));
        const double cosine = 1.0 / std::sqrt(tangent * tangent + 1.0), sine = tangent * cosine;
        at(p, p) -= tangent * at(p, q);
        at(q, q) += tangent * at(p, q);
        at(p, q) = at(q, p) = 0.0;
        double* const row_p = &at(p, 0);
        double* const row_q = &at(q, 0);
        for (std::size_t i = 0; i < n; ++i) {
          if (i == p || i == q) continue;
          const double from_p = row_p[i], from_q = row_q[i];
          row_p[i] = cosine * from_p - sine * from_q;
          row_q[i] = sine * from_p + cosine * from_q;
        }
        for (std::size_t i = 0; i < n; ++i) {
          if (i == p || i == q) continue;
          at(i, p) = row_p[i];
          at(i, q) = row_q[i];
        }
      }
    }
  }
  for (std::size_t i = 0; i < n; ++i) values[i] = at(i, i);
  std::sort(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n), std::greater<>());
}

}  // namespace groundswell::signal
