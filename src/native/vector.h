// Eight floats at a time: GCC's and clang's vector extensions, which become AVX instructions.
#pragma once

#include <cstdint>
#include <cstring>

constexpr int LANES = 8;
typedef float Vec __attribute__((vector_size(4 * LANES)));
typedef int32_t IntVec __attribute__((vector_size(4 * LANES)));

inline Vec all(float value) { return Vec{} + value; }

/// The first n of eight values; the others are 0.
inline Vec load(const float* from, int n = LANES) {
  Vec v = {};
  if (n == LANES) {
    std::memcpy(&v, from, sizeof v);
  } else {
    for (int i = 0; i < n; i++) v[i] = from[i];
  }
  return v;
}

inline void store(float* to, Vec v, int n = LANES) {
  if (n == LANES) {
    std::memcpy(to, &v, sizeof v);
  } else {
    for (int i = 0; i < n; i++) to[i] = v[i];
  }
}

/// Written so that NaN stays NaN.
inline Vec clip(Vec v, float low, float high) {
  v = v < low ? all(low) : v;
  return v > high ? all(high) : v;
}

/// e^x = 2^n (1 + rest) for x in [-87, 87].
struct Exponential {
  Vec power;  // 2^n
  Vec rest;
};

/// x = n ln 2 + r with |r| <= ln 2 / 2; the rest, e^r - 1, is Taylor's series, whose first term left
/// out is below r^8 / 8! = 6e-9 r.
inline Exponential exponential(Vec x) {
  // Adding 1.5 * 2^23 leaves no bits for a fraction: it rounds, as subtracting it again shows.
  constexpr float ROUNDER = 12582912.0f;
  Vec n = x * 1.44269504f + ROUNDER;
  n = n - ROUNDER;
  // ln 2 in two parts, of which the first has so few bits that its product with n is exact.
  Vec r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  Vec p = all(1.0f / 5040);
  for (float factorial : {720.0f, 120.0f, 24.0f, 6.0f, 2.0f, 1.0f}) p = p * r + 1.0f / factorial;
  IntVec exponent = (__builtin_convertvector(n, IntVec) + 127) << 23;
  return {(Vec)exponent, p * r};
}

/// e^x for x in [-87, 87], to 2 units in the last place.
inline Vec exp(Vec x) {
  const auto [power, rest] = exponential(x);
  return power * rest + power;
}

/// e^x - 1 for x in [-87, 87], to 2 units in the last place, also near 0.
inline Vec expm1(Vec x) {
  const auto [power, rest] = exponential(x);
  return power * rest + (power - 1.0f);
}

/// 1 / (1 + e^-x)
inline Vec sigmoid(Vec x) { return 1.0f / (2.0f + expm1(clip(-x, -87, 87))); }

/// (e^2x - 1) / (e^2x + 1); beyond 10 it is 1 in float.
inline Vec tanh(Vec x) {
  Vec e = expm1(clip(2.0f * x, -20, 20));
  return e / (e + 2.0f);
}
