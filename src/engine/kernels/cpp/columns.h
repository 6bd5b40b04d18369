// Sums over the examples for each unit: down the columns of an (m rows, n units) matrix stored row
// by row.
#pragma once
#include "doubles.h"
#include "parallelFor.h"

// Rows that are summed in float32 before they are added to the sum in float64: the error is that of
// 64 additions for any batch size.
constexpr Size ROWS_IN_FLOAT32 = 64;
// Adjacent vectors: enough independent sums to hide the latency of an addition, and a cache line of
// each row.
constexpr Size STRIP = 4;

template <Size COUNT>
struct Sums {
  Doubles of[COUNT];
};

/** The sums over the m rows of COUNT vectors, which `add(row, partial)` adds for each row. */
template <Size COUNT, class Add>
INLINE Sums<COUNT> sumInBlocks(Size m, Add add) {
  Sums<COUNT> sums{};
  for (Size start = 0; start < m; start += ROWS_IN_FLOAT32) {
    const Size end = start + ROWS_IN_FLOAT32 < m ? start + ROWS_IN_FLOAT32 : m;
    Vector partial[COUNT] = {};
    for (Size row = start; row < end; row++) add(row, partial);
#pragma GCC unroll 4
    for (Size v = 0; v < COUNT; v++) sums.of[v] += widened(partial[v]);
  }
  return sums;
}

/** For each of COUNT adjacent vectors of units, the sum over the m rows of `term(row, vector)`. */
template <Size COUNT, class Term>
INLINE Sums<COUNT> sumRows(Size m, Term term) {
  return sumInBlocks<COUNT>(m, [&](Size row, Vector(&partial)[COUNT]) {
#pragma GCC unroll 4
    for (Size v = 0; v < COUNT; v++) partial[v] += term(row, v);
  });
}

/**
 * Calls `finish(at, sum, lanes)` for each vector of units, with the sum over the m rows of
 * `term(row, unit)`, the row's vector that starts at that unit. Threads share the units, so both
 * capture by value.
 */
template <class Term, class Finish>
INLINE void sumColumns(Size m, Size n, Term term, Finish finish) {
  parallelForRange(n, STRIP * WIDTH, m * n, [=](Range units) {
    Size at = units.from;
    for (; at + STRIP * WIDTH <= units.to; at += STRIP * WIDTH) {
      const Sums<STRIP> sums = sumRows<STRIP>(m, [&](Size row, Size v) { return term(row, at + v * WIDTH); });
      for (Size v = 0; v < STRIP; v++) finish(at + v * WIDTH, sums.of[v], AllLanes{});
    }
    forEachVector(units.to - at, [&](Size rest, auto lanes) {
      const Sums<1> sums = sumRows<1>(m, [&](Size row, Size) { return term(row, at + rest); });
      finish(at + rest, sums.of[0], lanes);
    });
  });
}
