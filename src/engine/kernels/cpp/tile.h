// The innermost part of a product: a tile of TILE_ROWS x (TILE_VECTORS · WIDTH) sums in registers.
// Each step along the depth loads TILE_VECTORS vectors of `right` and broadcasts TILE_ROWS numbers
// of `left`.
#pragma once
#include "parallelFor.h"

#ifndef TILE_ROWS
// 6 x 2 sums, 2 vectors of `right` and 1 broadcast use 15 registers; V8 reserves one of the 16.
#define TILE_ROWS 6
#endif
#ifndef TILE_VECTORS
#define TILE_VECTORS 2
#endif

namespace matmul {

constexpr Size TILE_COLUMNS = TILE_VECTORS * WIDTH;

/**
 * The operands of a tile: out := base + factor · left right. Strides are those of one step along
 * the depth, or between rows.
 */
struct Tile {
  const float* left;
  Size leftStride;
  const float* right;
  Size rightStride;
  Size depth;
  float* out;
  Size outStride;
  const float* base;
  Size baseStride;
  Size columns;
  float factor;
};

/**
 * The layout of the tile's part of `left`: the rows of one depth together, or the numbers of each
 * row together.
 */
enum class Left { rowsTogether, depthTogether };

template <Size ROWS, Size VECTORS>
struct Accumulators {
  Vector of[ROWS][VECTORS];
};

template <Size ROWS, Size VECTORS, Left LEFT>
INLINE void accumulate(Accumulators<ROWS, VECTORS>& sums, const Tile& tile) {
  const float* left = tile.left;
  const float* right = tile.right;
  const Size leftStride = tile.leftStride, rightStride = tile.rightStride;
  for (Size rest = tile.depth; rest > 0; rest--) {
    Vector columns[VECTORS];
#pragma GCC unroll 8
    for (Size v = 0; v < VECTORS; v++) columns[v] = load(right + v * WIDTH);
#pragma GCC unroll 16
    for (Size row = 0; row < ROWS; row++) {
      const Vector x = splat(left[LEFT == Left::rowsTogether ? row : row * leftStride]);
#pragma GCC unroll 8
      for (Size v = 0; v < VECTORS; v++) sums.of[row][v] = multiplyAdd(x, columns[v], sums.of[row][v]);
    }
    left += LEFT == Left::rowsTogether ? leftStride : 1;
    right += rightStride;
  }
}

/** `lanes` are those of the last vector of each row. */
template <Size ROWS, Size VECTORS, class Lanes>
INLINE void writeOut(const Accumulators<ROWS, VECTORS>& sums, const Tile& tile, Lanes lanes) {
  const Vector factor = splat(tile.factor);
  const float* base = tile.base;
  float* out = tile.out;
#pragma GCC unroll 16
  for (Size row = 0; row < ROWS; row++) {
#pragma GCC unroll 8
    for (Size v = 0; v < VECTORS; v++) {
      const Vector sum = multiplyAdd(factor, sums.of[row][v], load(base + v * WIDTH));
      if (v + 1 < VECTORS) store(out + v * WIDTH, sum);
      else lanes.store(out + v * WIDTH, sum);
    }
    base += tile.baseStride;
    out += tile.outStride;
  }
}

/**
 * Prefetches `out`, whose rows are far apart and were last read in the previous block of depth: the
 * lines arrive while the sums are computed.
 */
template <Size ROWS, Size VECTORS>
INLINE void fetchOut(const Tile& tile) {
#pragma GCC unroll 16
  for (Size row = 0; row < ROWS; row++) {
#pragma GCC unroll 8
    for (Size at = 0; at < VECTORS * WIDTH; at += LINE_NUMBERS) __builtin_prefetch(tile.out + row * tile.outStride + at, 1);
  }
}

template <Size ROWS, Size VECTORS, Left LEFT>
__attribute__((noinline)) void computeTile(const Tile& tile) {
  fetchOut<ROWS, VECTORS>(tile);
  Accumulators<ROWS, VECTORS> sums{};
  accumulate<ROWS, VECTORS, LEFT>(sums, tile);
  const Size lanes = tile.columns - (VECTORS - 1) * WIDTH;
  if (lanes == WIDTH) writeOut(sums, tile, AllLanes{});
  else writeOut(sums, tile, FirstLanes{lanes});
}

template <Size VECTORS, Left LEFT, Size ROWS = TILE_ROWS>
INLINE void computeRows(Size rows, const Tile& tile) {
  if (rows == ROWS) return computeTile<ROWS, VECTORS, LEFT>(tile);
  if constexpr (ROWS > 1) computeRows<VECTORS, LEFT, ROWS - 1>(rows, tile);
}

template <Left LEFT, Size VECTORS = TILE_VECTORS>
INLINE void computeColumns(Size rows, const Tile& tile) {
  if (tile.columns > (VECTORS - 1) * WIDTH) return computeRows<VECTORS, LEFT>(rows, tile);
  if constexpr (VECTORS > 1) computeColumns<LEFT, VECTORS - 1>(rows, tile);
}

}  // namespace matmul
