// Products with one-hot inputs: the c codes of an example name the rows of W that it multiplies by
// 1. No other row is read.
#pragma once
#include "columns.h"

/** Row i of the target (m, c) := row rows[i] of the source. */
KERNEL void gatherCodes(int* target, const int* source, const int* rows, Size m, Size c) {
  parallelForRows(m, c, [=](Size i) {
    const int* from = source + Size(rows[i]) * c;
    for (Size column = 0; column < c; column++) target[i * c + column] = from[column];
  });
}

/** COUNT adjacent vectors of units. */
template <Size COUNT>
struct Strip {
  static constexpr Size count = COUNT;
};

/**
 * Calls `body(at, strip, lanes)` for a run of units: STRIP vectors at once while there are enough,
 * then one at a time.
 */
template <class Body>
INLINE void forEachStrip(Range units, Body body) {
  Size at = units.from;
  for (; at + STRIP * WIDTH <= units.to; at += STRIP * WIDTH) body(at, Strip<STRIP>{}, AllLanes{});
  forEachVector(units.to - at, [&](Size rest, auto lanes) { body(at + rest, Strip<1>{}, lanes); });
}

/**
 * Z (m, n) := start + the rows of E that the c codes of each example name; start is b (n), or Z
 * where b is null.
 */
KERNEL void addRows(float* Z, const float* b, const float* E, const float* unknownCategory, const int* codes, Size m,
                    [[maybe_unused]] Size k, Size c, Size n) {
  parallelForRows(m, c * n, [=](Size i) {
    float* z = Z + i * n;
    const float* start = b ? b : z;
    forEachStrip({0, n}, [&](Size at, auto strip, auto lanes) {
      constexpr Size COUNT = decltype(strip)::count;
      Vector sums[COUNT];
#pragma GCC unroll 4
      for (Size v = 0; v < COUNT; v++) sums[v] = load(start + at + v * WIDTH);
      for (Size column = 0; column < c; column++) {
        const int code = codes[i * c + column];
        if (code < 0 && !unknownCategory) continue;
        const float* row = code < 0 ? unknownCategory + column * n : E + Size(code) * n;
#pragma GCC unroll 4
        for (Size v = 0; v < COUNT; v++) sums[v] += load(row + at + v * WIDTH);
      }
#pragma GCC unroll 4
      for (Size v = 0; v < COUNT; v++) lanes.store(z + at + v * WIDTH, sums[v]);
    });
  });
}

/**
 * dE (k, n) := scale · the sum of dZ (m, n) over the examples whose codes name each row. Every sum
 * is in the order of the examples, so its bits do not depend on how threads share the units.
 */
KERNEL void rowGradient(float* dE, const float* dZ, const int* codes, Size m, Size k, Size c, Size n, float scale) {
  const Vector factor = splat(scale);
  parallelForRange(n, STRIP * WIDTH, (m * c + k) * n, [=](Range units) {
    forEachStrip(units, [&](Size at, auto strip, auto lanes) {
      constexpr Size COUNT = decltype(strip)::count;
      for (Size row = 0; row < k; row++) {
        for (Size v = 0; v < COUNT; v++) lanes.store(dE + row * n + at + v * WIDTH, Vector{});
      }
      for (Size i = 0; i < m; i++) {
        Vector gradient[COUNT];
#pragma GCC unroll 4
        for (Size v = 0; v < COUNT; v++) gradient[v] = load(dZ + i * n + at + v * WIDTH);
        for (Size column = 0; column < c; column++) {
          const int code = codes[i * c + column];
          if (code < 0) continue;
          float* to = dE + Size(code) * n + at;
#pragma GCC unroll 4
          for (Size v = 0; v < COUNT; v++) lanes.store(to + v * WIDTH, multiplyAdd(factor, gradient[v], load(to + v * WIDTH)));
        }
      }
    });
  });
}
