// Softmax cross-entropy of rows of logits, in one pass forwards and one backwards.
//
//     loss = m + s - x_label        m = max_j x_j        s = log sum_j e^(x_j - m)
//     d x_j = (e^(x_j - m - s) - [j = label]) d loss
//
// m and s go from one to the other apart: in their sum large logits would take digits from s.
#pragma once

#include <cmath>

#include "threads.h"
#include "vector.h"

/// Values below this are as good as none beside a largest one of 0; e^-87 is the smallest float.
constexpr float LEAST = -87;
/// Registers summed up in float before they go to a double.
constexpr int BLOCK = 32;

inline float largest(const float* x, int n) {
  Vec most = all(x[0]);
  int j = 0;
  for (; j + LANES <= n; j += LANES) {
    const Vec v = load(x + j);
    most = v > most ? v : most;
  }
  float result = x[0];
  for (int lane = 0; lane < LANES; lane++) result = most[lane] > result ? most[lane] : result;
  for (; j < n; j++) result = x[j] > result ? x[j] : result;
  return result;
}

/// The sum of e^(x - most).
inline double sumOfExponentials(const float* x, int n, float most) {
  double total = 0;
  for (int from = 0; from < n; from += BLOCK * LANES) {
    const int to = n - from < BLOCK * LANES ? n : from + BLOCK * LANES;
    Vec sum = {};
    int j = from;
    for (; j + LANES <= to; j += LANES) sum += exp(clip(load(x + j) - most, LEAST, 0));
    for (int lane = 0; lane < LANES; lane++) total += sum[lane];
    if (j == to) continue;
    const Vec last = exp(clip(load(x + j, to - j) - most, LEAST, 0));
    for (int lane = 0; lane < to - j; lane++) total += last[lane];
  }
  return total;
}

/// @param sums receives m and s of each row.
inline void crossEntropy(const float* logits, const int32_t* labels, int rows, int classes,
                         float* loss, float* sums, int threads) {
  split(rows, 1, threads, [&](int from, int to) {
    for (int row = from; row < to; row++) {
      const float* x = logits + size_t(row) * classes;
      const float most = largest(x, classes);
      const double log = std::log(sumOfExponentials(x, classes, most));
      sums[2 * row] = most;
      sums[2 * row + 1] = float(log);
      loss[row] = float((double(most) - x[labels[row]]) + log);
    }
  });
}

inline void crossEntropyGrad(const float* logits, const int32_t* labels, const float* sums,
                             const float* dLoss, int rows, int classes, float* dLogits,
                             int threads) {
  split(rows, 1, threads, [&](int from, int to) {
    for (int row = from; row < to; row++) {
      const float* x = logits + size_t(row) * classes;
      float* dx = dLogits + size_t(row) * classes;
      const float scale = dLoss[row], most = sums[2 * row], log = sums[2 * row + 1];
      for (int j = 0; j < classes; j += LANES) {
        const int n = classes - j < LANES ? classes - j : LANES;
        store(dx + j, scale * exp(clip(load(x + j, n) - most - log, LEAST, 0)), n);
      }
      dx[labels[row]] -= scale;
    }
  });
}
