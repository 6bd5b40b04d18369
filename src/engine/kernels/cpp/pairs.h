// Packing for instructions that multiply pairs of bfloat16; `pairLayout.h` says how they lie.
#pragma once
#include "bfloat16.h"
#include "packing.h"
#include "pairLayout.h"

namespace matmul {

constexpr Size PAIR_BLOCK_DEPTH = 2 * BLOCK_PAIRS;
static_assert(BLOCK_ROWS % ROWS_AT_ONCE == 0 && BLOCK_ROWS * BLOCK_PAIRS <= PACKED_LEFT);
static_assert(BLOCK_COLUMNS % TILE_COLUMNS == 0 && BLOCK_COLUMNS / TILE_COLUMNS * PAIR_PANEL <= PACKED_RIGHT);
// Vectors of pairs that are turned together.
constexpr Size TURNED = SQUARE;

/** Pairs of so many numbers, with those of zeros. */
INLINE Size pairsOf(Size depth) { return (depth + 2 * PAIRS_AT_ONCE - 1) / (2 * PAIRS_AT_ONCE) * PAIRS_AT_ONCE; }

/** to := the pairs of `depth` numbers that lie side by side. */
INLINE void pairNeighbours(float* to, const float* from, Size depth) {
  typedef unsigned long long TwoNumbers __attribute__((vector_size(VECTOR_BYTES)));
  typedef Word Pairs __attribute__((vector_size(VECTOR_BYTES / 2)));
  typedef Word UnalignedPairs __attribute__((vector_size(VECTOR_BYTES / 2), aligned(4), may_alias));
  const auto pair = [&](Size at, Vector numbers) {
    const TwoNumbers both = (TwoNumbers)toBfloat16(numbers);
    const Pairs pairs = __builtin_convertvector(((both >> 16) & 0xffffu) | ((both >> 32) & 0xffff0000u), Pairs);
    *reinterpret_cast<UnalignedPairs*>(to + at / 2) = pairs;
  };
  forEachVector(depth, [&](Size at, auto lanes) { pair(at, lanes.keep(load(from + at), 0)); });
  for (Size at = (depth + WIDTH - 1) / WIDTH * WIDTH; at < 2 * pairsOf(depth); at += WIDTH) pair(at, Vector{});
}

/** The pairs of two rows of numbers side by side; a row beyond the depth is zeros. */
struct RowPair {
  const float* first;
  const float* second;

  INLINE Vector at(Size column) const {
    const Vector upper = second ? load(second + column) : Vector{};
    const Vector lower = first ? load(first + column) : Vector{};
    return withBits((bitsOf(toBfloat16(lower)) >> 16) | bitsOf(toBfloat16(upper)));
  }
};

INLINE RowPair rowPair(const float* from, Size stride, Size pair, Size depth) {
  const float* first = from + 2 * pair * stride;
  return {2 * pair < depth ? first : nullptr, 2 * pair + 1 < depth ? first + stride : nullptr};
}

/** to (count, TURNED) := from (TURNED, count) transposed, and what is missing of a square. */
INLINE void turn(float* to, Size toStride, const float* from, Size fromStride, Size count) {
  for (Size at = 0; at < count; at += SQUARE) turnSquare(to + at * toStride, toStride, from + at, fromStride);
}

/** Rows of pairs. */
INLINE void packLeftPairs(float* packed, Matrix left, Size rows, Size depth) {
  if (left.columnStride == 1) {
    for (Size row = 0; row < rows; row++) pairNeighbours(packed + row * BLOCK_PAIRS, left.from(row, 0).at, depth);
    return;
  }
  constexpr Size STRIDE = BLOCK_ROWS + WIDTH;
  alignas(64) float turned[TURNED * STRIDE];
  for (Size pair = 0; pair < pairsOf(depth); pair += TURNED) {
    for (Size i = 0; i < TURNED; i++) {
      const RowPair pairs = rowPair(left.at, left.columnStride, pair + i, depth);
      for (Size row = 0; row < rows; row += WIDTH) store(turned + i * STRIDE + row, pairs.at(row));
    }
    turn(packed + pair, BLOCK_PAIRS, turned, STRIDE, rows);
  }
}

/** Panels of TILE_COLUMNS columns of pairs. */
INLINE void packRightPairs(float* packed, Matrix right, Size depth, Size columns) {
  const auto to = [&](Size pair, Size column) {
    return packed + column / TILE_COLUMNS * PAIR_PANEL + pair * TILE_COLUMNS + column % TILE_COLUMNS;
  };
  if (right.columnStride == 1) {
    for (Size pair = 0; pair < pairsOf(depth); pair++) {
      const RowPair pairs = rowPair(right.at, right.rowStride, pair, depth);
      for (Size column = 0; column < columns; column += WIDTH) store(to(pair, column), pairs.at(column));
    }
    return;
  }
  alignas(64) float turned[TURNED * BLOCK_PAIRS] = {};
  for (Size column = 0; column < columns; column += TURNED) {
    for (Size i = 0; i < smaller(TURNED, columns - column); i++) {
      pairNeighbours(turned + i * BLOCK_PAIRS, right.from(0, column + i).at, depth);
    }
    turn(to(0, column), TILE_COLUMNS, turned, BLOCK_PAIRS, pairsOf(depth));
  }
}

}  // namespace matmul
