// Products with a matrix that is used again and again, laid out for it once.
#pragma once

#include <vector>

#include "vector.h"

/// Columns of a panel: two registers.
constexpr int PANEL = 2 * LANES;
/// Rows multiplied at a time: with 2 registers each, eight sums are under way, which is what the
/// latency of a multiply-add asks for.
constexpr int ROWS = 4;

/// A matrix in panels of 16 columns, each of them row by row; the last one is filled with zeros.
class Packed {
 public:
  /// Element (k, n) of the rows x columns matrix is at from[k * rowStride + n * columnStride].
  Packed(const float* from, int rows, int columns, int rowStride, int columnStride)
      : rows_(rows), columns_(columns) {
    const int panels = (columns + PANEL - 1) / PANEL;
    values_.assign(size_t(panels) * rows * PANEL, 0.0f);
    float* to = values_.data();
    for (int n0 = 0; n0 < columns; n0 += PANEL) {
      for (int k = 0; k < rows; k++, to += PANEL) {
        for (int n = n0; n < columns && n < n0 + PANEL; n++) {
          to[n - n0] = from[size_t(k) * rowStride + size_t(n) * columnStride];
        }
      }
    }
  }

  /// c = a * this, for m rows of a and c, which are `aStride` and `cStride` apart.
  void multiply(const float* a, size_t aStride, int m, float* c, size_t cStride) const {
    const float* panel = values_.data();
    for (int n = 0; n < columns_; n += PANEL, panel += size_t(rows_) * PANEL) {
      const int width = columns_ - n < PANEL ? columns_ - n : PANEL;
      int row = 0;
      for (; row + ROWS <= m; row += ROWS) {
        block<ROWS>(panel, a + row * aStride, aStride, c + row * cStride + n, cStride, width);
      }
      for (; row < m; row++) {
        block<1>(panel, a + row * aStride, aStride, c + row * cStride + n, cStride, width);
      }
    }
  }

 private:
  template <int M>
  void block(const float* panel, const float* a, size_t aStride, float* c, size_t cStride,
             int width) const {
    Vec sums[M][2] = {};
    for (int k = 0; k < rows_; k++, panel += PANEL) {
      const Vec left = load(panel), right = load(panel + LANES);
      for (int i = 0; i < M; i++) {
        const float factor = a[i * aStride + k];
        sums[i][0] += factor * left;
        sums[i][1] += factor * right;
      }
    }
    for (int i = 0; i < M; i++) {
      for (int half = 0; half < 2; half++) {
        const int from = half * LANES;
        const int n = width - from < LANES ? width - from : LANES;
        if (n <= 0) continue;
        store(c + i * cStride + from, sums[i][half], n);
      }
    }
  }

  int rows_, columns_;
  std::vector<float> values_;
};
