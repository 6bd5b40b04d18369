// Packing for instructions that multiply pairs of bfloat16; `pairLayout.h` describes the layout.
// AVX512-BF16 (VCVTNE2PS2BF16) makes the pairs, because every processor with such instructions has
// it. It rounds as toBfloat16 of cpp/bfloat16.h does, and treats numbers below 2^-126 as 0, as the
// multiplying instructions do.
#include <immintrin.h>

#include "instructionSet.h"

namespace {
#define THREAD_MEMORY(bytes) threadMemory(bytes)
#include "../cpp/blocks.h"
#include "../cpp/pairLayout.h"

using namespace matmul;

static_assert(BLOCK_ROWS % ROWS_AT_ONCE == 0 && BLOCK_ROWS * BLOCK_PAIRS <= PACKED_LEFT);
static_assert(BLOCK_COLUMNS % TILE_COLUMNS == 0 && BLOCK_COLUMNS / TILE_COLUMNS * PAIR_PANEL <= PACKED_RIGHT);
// Missing pairs are zeros, so adjacent numbers can be paired two vectors at a time.
static_assert(PAIRS_AT_ONCE == WIDTH);
// Vectors of pairs that are transposed together: each row of the result is a cache line, which is
// written at once.
constexpr Size TURNED = PAIRS_AT_ONCE;
// Pairs of a column that are made at once: those of TURNED columns fit in the first-level cache.
constexpr Size RUN = 64;

/** The numbers of `first`, then those of `second`, rounded. */
INLINE Vector rounded(Vector first, Vector second) { return (Vector)_mm512_cvtne2ps_pbh((__m512)second, (__m512)first); }

/** The pairs of two rows: a number of `lower` and one of `upper` in each lane. */
INLINE Vector pairRows(Vector lower, Vector upper) {
  typedef short Halves __attribute__((vector_size(VECTOR_BYTES)));
  const Halves both = (Halves)rounded(lower, upper);
  return (Vector)__builtin_shufflevector(both, both, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26,
                                         11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** to := the pairs of `depth` contiguous numbers. */
INLINE void pairNeighbours(float* to, const float* from, Size depth) {
  const auto numbers = [&](Size at) -> Vector {
    if (at + WIDTH <= depth) return load(from + at);
    return at < depth ? FirstLanes{depth - at}.select(load(from + at), 0) : Vector{};
  };
  for (Size pair = 0; pair < pairsOf(depth); pair += WIDTH) {
    store(to + pair, rounded(numbers(2 * pair), numbers(2 * pair + WIDTH)));
  }
}

/** Two consecutive rows of numbers along the depth; a row beyond it is zeros. */
struct RowPair {
  const float* first;
  const float* second;

  INLINE Vector at(Size column) const {
    return pairRows(first ? load(first + column) : Vector{}, second ? load(second + column) : Vector{});
  }
};

INLINE RowPair rowPair(const float* from, Size stride, Size pair, Size depth) {
  const float* first = from + 2 * pair * stride;
  return {2 * pair < depth ? first : nullptr, 2 * pair + 1 < depth ? first + stride : nullptr};
}

/** to (count, TURNED) := from (TURNED, count) transposed, with the rest of the last square. */
INLINE void turn(float* to, Size toStride, const float* from, Size fromStride, Size count) {
  for (Size at = 0; at < count; at += SQUARE) {
#pragma GCC unroll 4
    for (Size i = 0; i < TURNED; i += SQUARE) turnSquare(to + at * toStride + i, toStride, from + i * fromStride + at, fromStride);
  }
}

}  // namespace

/** Rows of pairs. */
void packLeftPairs(float* packed, const NumberBlock& left) {
  const auto [at, rowStride, columnStride, rows, depth] = left;
  if (columnStride == 1) {
    for (Size row = 0; row < rows; row++) pairNeighbours(packed + row * BLOCK_PAIRS, at + row * rowStride, depth);
    return;
  }
  constexpr Size STRIDE = BLOCK_ROWS + WIDTH;
  alignas(64) float turned[TURNED * STRIDE];
  for (Size pair = 0; pair < pairsOf(depth); pair += TURNED) {
    for (Size i = 0; i < TURNED; i++) {
      const RowPair pairs = rowPair(at, columnStride, pair + i, depth);
      for (Size row = 0; row < rows; row += WIDTH) store(turned + i * STRIDE + row, pairs.at(row));
    }
    turn(packed + pair, BLOCK_PAIRS, turned, STRIDE, rows);
  }
}

/** Panels of TILE_COLUMNS columns of pairs. */
void packRightPairs(float* packed, const NumberBlock& right) {
  const auto [at, rowStride, columnStride, depth, columns] = right;
  const auto to = [&](Size pair, Size column) {
    return packed + column / TILE_COLUMNS * PAIR_PANEL + pair * TILE_COLUMNS + column % TILE_COLUMNS;
  };
  if (columnStride == 1) {
    for (Size pair = 0; pair < pairsOf(depth); pair++) {
      const RowPair pairs = rowPair(at, rowStride, pair, depth);
      for (Size column = 0; column < columns; column += WIDTH) store(to(pair, column), pairs.at(column));
    }
    return;
  }
  constexpr Size STRIDE = RUN + WIDTH;
  alignas(64) float turned[TURNED * STRIDE] = {};
  for (Size column = 0; column < columns; column += TURNED) {
    for (Size pair = 0; pair < pairsOf(depth); pair += RUN) {
      const Size numbers = smaller(depth - 2 * pair, 2 * RUN);
      for (Size i = 0; i < smaller(TURNED, columns - column); i++) {
        pairNeighbours(turned + i * STRIDE, at + (column + i) * columnStride + 2 * pair, numbers);
      }
      turn(to(pair, column), TILE_COLUMNS, turned, STRIDE, pairsOf(numbers));
    }
  }
}
