// The part of an LSTM that has to be computed step by step, forwards and backwards.
//
// One call does what would be a dozen TensorFlow ops a time step. What it leaves out are the
// products over all steps at once, which TensorFlow does best.
//
//     z = projected + (m h) R       i, f, o = gate(z_i), gate(z_f), gate(z_o)      g = tanh(z_c)
//     c' = f c + i g                h' = o tanh(c')
#pragma once

#include <algorithm>
#include <vector>

#include "product.h"
#include "threads.h"

/// Sizes and inputs, as both directions have them. Everything is row-major.
struct Recurrence {
  int batch, time, units;
  bool hard;         // gates are clip(0.2 z + 0.5, 0, 1) instead of 1 / (1 + e^-z)
  int parts;         // 4: `projected` is [4, batch, time, units]; 1: [batch, time, 4 units]
  const float* recurrent;  // [units, 4 units], gates i, f, c, o
  int masks;         // 4, 1 or 0: how many [batch, units] factors of h there are, one a gate
  const float* hMask;
  const float* seen;  // [batch, time], 0 where a step is to be passed over; or null

  /// Where gate g of step t of example b begins, in `projected` and its gradient.
  size_t at(int g, int b, int t) const {
    const size_t row = size_t(b) * time + t;
    return parts == 4 ? (size_t(g) * batch * time + row) * units : (row * 4 + g) * units;
  }
  const float* maskOf(int g) const {
    return masks == 0 ? nullptr : hMask + size_t(masks == 4 ? g : 0) * batch * units;
  }
  bool passes(int b, int t) const { return seen != nullptr && seen[size_t(b) * time + t] == 0; }

  Packed gate(int g, bool transposed) const {
    const float* from = recurrent + size_t(g) * units;
    return transposed ? Packed(from, units, units, 1, 4 * units)
                      : Packed(from, units, units, 4 * units, 1);
  }
};

inline Vec gateOf(Vec z, bool hard) { return hard ? clip(0.2f * z + 0.5f, 0, 1) : sigmoid(z); }

/// The gate's slope, from its value.
inline Vec slopeOf(Vec s, bool hard) {
  const Vec product = s * (1.0f - s);
  return hard ? (product > 0.0f ? all(0.2f) : all(0.0f)) : product;
}

/// @param projected x W + b.
/// @param h, c states, [batch, time + 1, units], whose step 0 is filled in already.
/// @param gates i, f, g, o of every step, [batch, time, 4, units]; null when nobody goes backwards.
inline void forward(const Recurrence& r, const float* projected, float* h, float* c, float* gates,
                    int threads) {
  const size_t units = r.units, stateRow = (r.time + 1) * units;
  const Packed weights[4] = {r.gate(0, false), r.gate(1, false), r.gate(2, false),
                             r.gate(3, false)};
  // Examples' states never meet. Since each row of a product is summed up in the same order wherever
  // it stands, the result does not depend on the number of threads.
  split(r.batch, ROWS, threads, [&](int from, int to) {
    const int rows = to - from;
    std::vector<float> z(4 * rows * units), masked(r.masks > 0 ? rows * units : 0);
    for (int t = 0; t < r.time; t++) {
      for (int g = 0; g < 4; g++) {
        const float* state = h + from * stateRow + t * units;
        size_t stride = stateRow;
        if (const float* mask = r.maskOf(g)) {
          for (int b = 0; b < rows; b++) {
            for (size_t u = 0; u < units; u++) {
              masked[b * units + u] = state[b * stateRow + u] * mask[(from + b) * units + u];
            }
          }
          state = masked.data();
          stride = units;
        }
        weights[g].multiply(state, stride, rows, &z[g * rows * units], units);
      }
      for (int b = from; b < to; b++) {
        const float* hBefore = h + b * stateRow + t * units;
        const float* cBefore = c + b * stateRow + t * units;
        float *hAfter = h + b * stateRow + (t + 1) * units, *cAfter = c + b * stateRow + (t + 1) * units;
        if (r.passes(b, t)) {
          std::memcpy(hAfter, hBefore, units * sizeof(float));
          std::memcpy(cAfter, cBefore, units * sizeof(float));
          continue;
        }
        for (size_t u = 0; u < units; u += LANES) {
          const int n = units - u < LANES ? units - u : LANES;
          Vec zs[4];
          for (int g = 0; g < 4; g++) {
            zs[g] = load(&z[(g * rows + b - from) * units + u], n) +
                    load(projected + r.at(g, b, t) + u, n);
          }
          const Vec i = gateOf(zs[0], r.hard), f = gateOf(zs[1], r.hard), g = tanh(zs[2]),
                    o = gateOf(zs[3], r.hard);
          const Vec cell = f * load(cBefore + u, n) + i * g;
          store(cAfter + u, cell, n);
          store(hAfter + u, o * tanh(cell), n);
          if (gates != nullptr) {
            float* to = gates + (size_t(b) * r.time + t) * 4 * units + u;
            store(to, i, n);
            store(to + units, f, n);
            store(to + 2 * units, g, n);
            store(to + 3 * units, o, n);
          }
        }
      }
    }
  });
}

/// @param c, gates as the way forward has left them.
/// @param dh gradient of the states after each step, [batch, time, units], or of the last one's
///   alone, [batch, units].
/// @param everyStep which of the two it is.
/// @param dcLast gradient of the last cell state, [batch, units].
/// @param dz receives the gradient of `projected`, in its layout.
/// @param dhFirst, dcFirst receive those of the states before the first step, [batch, units].
inline void backward(const Recurrence& r, const float* c, const float* gates, const float* dh,
                     bool everyStep, const float* dcLast, float* dz, float* dhFirst, float* dcFirst,
                     int threads) {
  const size_t units = r.units;
  const Packed weights[4] = {r.gate(0, true), r.gate(1, true), r.gate(2, true), r.gate(3, true)};
  split(r.batch, ROWS, threads, [&](int from, int to) {
    const int rows = to - from;
    const size_t size = rows * units;
    std::vector<float> back(size);
    // The gradients on their way, which end where they are to be.
    float *dhHere = dhFirst + from * units, *dcHere = dcFirst + from * units;
    std::memcpy(dcHere, dcLast + from * units, size * sizeof(float));
    if (everyStep) {
      std::fill(dhHere, dhHere + size, 0.0f);
    } else {
      std::memcpy(dhHere, dh + from * units, size * sizeof(float));
    }
    for (int t = r.time - 1; t >= 0; t--) {
      for (int b = from; b < to; b++) {
        float *dhRow = dhHere + (b - from) * units, *dcRow = dcHere + (b - from) * units;
        const bool passes = r.passes(b, t);
        for (size_t u = 0; u < units; u += LANES) {
          const int n = units - u < LANES ? units - u : LANES;
          Vec dOut = load(dhRow + u, n);
          if (everyStep) {
            dOut += load(dh + (size_t(b) * r.time + t) * units + u, n);
            store(dhRow + u, dOut, n);
          }
          if (passes) {
            for (int g = 0; g < 4; g++) store(dz + r.at(g, b, t) + u, Vec{}, n);
            continue;
          }
          const float* kept = gates + (size_t(b) * r.time + t) * 4 * units + u;
          const Vec i = load(kept, n), f = load(kept + units, n), g = load(kept + 2 * units, n),
                    o = load(kept + 3 * units, n);
          const float* cells = c + (size_t(b) * (r.time + 1) + t) * units + u;
          const Vec tanhC = tanh(load(cells + units, n));
          const Vec dCell = load(dcRow + u, n) + dOut * o * (1.0f - tanhC * tanhC);
          store(dz + r.at(0, b, t) + u, dCell * g * slopeOf(i, r.hard), n);
          store(dz + r.at(1, b, t) + u, dCell * load(cells, n) * slopeOf(f, r.hard), n);
          store(dz + r.at(2, b, t) + u, dCell * i * (1.0f - g * g), n);
          store(dz + r.at(3, b, t) + u, dOut * tanhC * slopeOf(o, r.hard), n);
          store(dcRow + u, dCell * f, n);
        }
        // What a step that is passed over gets, it hands on; from the others it comes through R.
        if (!passes) std::fill(dhRow, dhRow + units, 0.0f);
      }
      for (int g = 0; g < 4; g++) {
        const size_t stride = r.at(g, 0, 1) - r.at(g, 0, 0);
        weights[g].multiply(dz + r.at(g, from, t), stride * r.time, rows, back.data(), units);
        const float* mask = r.maskOf(g);
        for (int b = 0; b < rows; b++) {
          for (size_t u = 0; u < units; u++) {
            const size_t k = b * units + u;
            dhHere[k] += mask == nullptr ? back[k] : back[k] * mask[from * units + k];
          }
        }
      }
    }
  });
}
