// The three products of a layer, by one blocked multiplication (Goto and van de Geijn 2008, "Anatomy of high-performance matrix
// multiplication"): out (rows, columns) := base + factor · left (rows, depth) right (depth, columns), rows lying one after another.
//
// The innermost piece is a tile of TILE_ROWS x (TILE_VECTORS · WIDTH) sums held in registers: each step down the depth loads
// TILE_VECTORS vectors of `right` and broadcasts TILE_ROWS numbers of `left`. Blocks are copied ("packed") so that a tile reads
// them one after another, but only where they are read often enough to repay the copy.
#pragma once
#include "columns.h"

#ifndef TILE_ROWS
// 6 x 2 sums, 2 vectors of `right` and 1 broadcast are 15 registers: of the 16, V8 keeps one to itself.
#define TILE_ROWS 6
#endif
#ifndef TILE_VECTORS
#define TILE_VECTORS 2
#endif

namespace matmul {

constexpr Size TILE_COLUMNS = TILE_VECTORS * WIDTH;
// A panel of `right`, DEPTH x TILE_COLUMNS, stays in the first-level cache (8 KiB with 128-bit vectors).
constexpr Size BLOCK_DEPTH = 256;
// A block of `left` stays in the second-level cache (192 KiB).
constexpr Size BLOCK_ROWS = 32 * TILE_ROWS;
// A block of `right` stays in the last-level cache (1 MiB).
constexpr Size BLOCK_COLUMNS = 1024;
// Below so many tiles that would read it, packing a block costs more than it gains.
constexpr Size READS_TO_PACK = 4;
// Turning rows into panels goes number by number.
constexpr Size READS_TO_PACK_ROWS = 16;
// Panels whose rows are copied at once: several lines of each row in turn, which the machine foresees.
constexpr Size PANELS_AT_ONCE = 4;
// Numbers (4 KiB, a page) from row to row of a matrix.
constexpr Size FAR_APART = 1024;
// Numbers (16 KiB) that stay in half of the first-level cache wherever they lie.
constexpr Size SMALL_MATRIX = 4096;

/** Element (i, j) lies at i * rowStride + j * columnStride; one of the strides is 1. */
struct Matrix {
  const float* at;
  Size rowStride;
  Size columnStride;

  INLINE Matrix from(Size row, Size column) const {
    return {at + row * rowStride + column * columnStride, rowStride, columnStride};
  }
};

/** What a tile computes: out := base + factor · left right. The strides are those of one step down the depth, or to the next row. */
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

/** How the tile's part of `left` lies: the rows of one depth side by side, or each row's numbers side by side. */
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

template <Size ROWS, Size VECTORS, Left LEFT>
__attribute__((noinline)) void computeTile(const Tile& tile) {
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

INLINE Size smaller(Size a, Size b) { return a < b ? a : b; }

/** The size of the next of the fewest equal pieces, none above `most`, that `rest` splits into. */
INLINE Size evenPiece(Size rest, Size most) {
  const Size pieces = (rest + most - 1) / most;
  return (rest + pieces - 1) / pieces;
}

// Packing copies whole vectors, so it writes some numbers past a panel, which the next panel overwrites.
constexpr Size VECTORS_OF_ROWS = (TILE_ROWS + WIDTH - 1) / WIDTH;
// A multiple of a cache line.
constexpr Size PACKED_LEFT = (BLOCK_ROWS * BLOCK_DEPTH + VECTORS_OF_ROWS * WIDTH + 15) / 16 * 16;
constexpr Size PACKED_RIGHT = (BLOCK_COLUMNS + TILE_COLUMNS) * BLOCK_DEPTH;
alignas(64) constexpr float zeros[TILE_COLUMNS] = {};

/** Where the blocks are packed. */
struct Packing {
  float* left;
  float* right;
};

#ifdef THREAD_MEMORY
INLINE Packing packing() {
  float* memory = THREAD_MEMORY((PACKED_LEFT + PACKED_RIGHT) * sizeof(float));
  return {memory, memory + PACKED_LEFT};
}
#else
alignas(64) float packedBlocks[PACKED_LEFT + PACKED_RIGHT];
INLINE Packing packing() { return {packedBlocks, packedBlocks + PACKED_LEFT}; }
#endif

/** Panels of tile rows, each with the rows of one depth side by side. */
INLINE void packLeft(float* packed, Matrix left, Size rows, Size depth) {
  for (Size row = 0; row < rows;) {
    const Size height = evenPiece(rows - row, TILE_ROWS);
    float* to = packed + row * depth;
    for (Size p = 0; p < depth; p++, to += height) {
      const float* from = left.from(row, p).at;
      if (left.rowStride == 1) {
#pragma GCC unroll 4
        for (Size v = 0; v < VECTORS_OF_ROWS; v++) store(to + v * WIDTH, load(from + v * WIDTH));
      } else {
        for (Size i = 0; i < height; i++) to[i] = from[i * left.rowStride];
      }
    }
    row += height;
  }
}

/** PANELS panels whose columns lie side by side already: rows are copied whole, and beyond the last column anything may stand. */
template <Size PANELS>
INLINE void packRows(float* to, const float* from, Size rowStride, Size depth) {
  for (Size p = 0; p < depth; p++, to += TILE_COLUMNS, from += rowStride) {
#pragma GCC unroll 8
    for (Size panel = 0; panel < PANELS; panel++) {
#pragma GCC unroll 8
      for (Size v = 0; v < TILE_VECTORS; v++) {
        store(to + panel * depth * TILE_COLUMNS + v * WIDTH, load(from + panel * TILE_COLUMNS + v * WIDTH));
      }
    }
  }
}

/** A panel that is turned: what lies side by side in `from` comes to lie TILE_COLUMNS apart. */
INLINE void packTurned(float* to, const float* from, Size columnStride, Size depth, Size columns) {
  Size column = 0;
  for (; column + SQUARE <= columns; column += SQUARE) {
    const float* corner = from + column * columnStride;
    Size p = 0;
    for (; p + SQUARE <= depth; p += SQUARE) {
      turnSquare(to + p * TILE_COLUMNS + column, TILE_COLUMNS, corner + p, columnStride);
    }
    for (; p < depth; p++) {
      for (Size j = 0; j < SQUARE; j++) to[p * TILE_COLUMNS + column + j] = corner[j * columnStride + p];
    }
  }
  for (; column < columns; column++) {
    for (Size p = 0; p < depth; p++) to[p * TILE_COLUMNS + column] = from[column * columnStride + p];
  }
}

/** Panels of tile columns, each with the columns of one depth side by side. */
INLINE void packRight(float* packed, Matrix right, Size depth, Size columns) {
  for (Size column = 0; column < columns;) {
    const float* from = right.from(0, column).at;
    float* to = packed + column * depth;
    Size panels = 1;
    if (right.columnStride != 1) {
      packTurned(to, from, right.columnStride, depth, smaller(TILE_COLUMNS, columns - column));
    } else if (columns - column >= PANELS_AT_ONCE * TILE_COLUMNS) {
      packRows<PANELS_AT_ONCE>(to, from, right.rowStride, depth);
      panels = PANELS_AT_ONCE;
    } else {
      packRows<1>(to, from, right.rowStride, depth);
    }
    column += panels * TILE_COLUMNS;
  }
}

/**
 * One block: left (rows, depth) times right (depth, columns); the strides of `out` and `base` are in `tile`. What was packed is
 * read there, what was not (null) where it lies.
 */
INLINE void multiplyBlock(Matrix left, Matrix right, Packing packed, Size rows, Size columns, Tile tile) {
  float* const out = tile.out;
  const float* const base = tile.base;
  for (Size column = 0; column < columns; column += TILE_COLUMNS) {
    tile.right = packed.right ? packed.right + column * tile.depth : right.at + column;
    tile.rightStride = packed.right ? TILE_COLUMNS : right.rowStride;
    tile.columns = smaller(TILE_COLUMNS, columns - column);
    for (Size row = 0; row < rows;) {
      const Size height = evenPiece(rows - row, TILE_ROWS);
      tile.out = out + row * tile.outStride + column;
      tile.base = base ? base + row * tile.baseStride + column : zeros;
      if (packed.left) {
        tile.left = packed.left + row * tile.depth;
        tile.leftStride = height;
        computeColumns<Left::rowsTogether>(height, tile);
      } else if (left.rowStride == 1) {
        tile.left = left.at + row;
        tile.leftStride = left.columnStride;
        computeColumns<Left::rowsTogether>(height, tile);
      } else {
        tile.left = left.at + row * left.rowStride;
        tile.leftStride = left.rowStride;
        computeColumns<Left::depthTogether>(height, tile);
      }
      row += height;
    }
  }
}

/**
 * Where the numbers of a row lie side by side, a tile reads as many streams as it has rows, and a copy gains nothing, but for rows
 * so far apart that they fall on the same few places of the cache.
 */
INLINE bool packingLeftGains(Matrix left, Size rows, Size depth, Size columns) {
  if (left.rowStride == 1) return columns >= READS_TO_PACK * TILE_COLUMNS && rows * depth > SMALL_MATRIX;
  return columns >= READS_TO_PACK_ROWS * TILE_COLUMNS && left.rowStride >= FAR_APART;
}

/** out (rows, columns) := bias + factor · left (rows, depth) right (depth, columns); `bias` (columns) or null. */
INLINE void multiply(float* out, Matrix left, Matrix right, const float* bias, Size rows, Size depth, Size columns,
                     float factor) {
  const bool packsRight =
      right.columnStride != 1 || (rows >= READS_TO_PACK * TILE_ROWS && depth * columns > SMALL_MATRIX);
  const bool packsLeft = packingLeftGains(left, rows, depth, columns);
  const Packing memory = packing();
  const Packing packed = {packsLeft ? memory.left : nullptr, packsRight ? memory.right : nullptr};
  for (Size column = 0; column < columns; column += BLOCK_COLUMNS) {
    const Size width = smaller(BLOCK_COLUMNS, columns - column);
    for (Size p = 0; p < depth;) {
      const Size blockDepth = evenPiece(depth - p, BLOCK_DEPTH);
      if (packsRight) packRight(packed.right, right.from(p, column), blockDepth, width);
      for (Size row = 0; row < rows;) {
        const Size height = evenPiece(rows - row, BLOCK_ROWS);
        if (packsLeft) packLeft(packed.left, left.from(row, p), height, blockDepth);
        Tile tile{};
        tile.depth = blockDepth;
        tile.factor = factor;
        tile.out = out + row * columns + column;
        tile.outStride = columns;
        tile.base = p > 0 ? tile.out : bias ? bias + column : nullptr;
        tile.baseStride = p > 0 ? columns : 0;
        multiplyBlock(left.from(row, p), right.from(p, column), packed, height, width, tile);
        row += height;
      }
      p += blockDepth;
    }
  }
}

}  // namespace matmul

/** Z (m, n) := A (m, k) W (k, n) + b. */
KERNEL void affine(float* Z, const float* W, const float* A, const float* b, Size m, Size k, Size n) {
  matmul::multiply(Z, {A, k, 1}, {W, n, 1}, b, m, k, n, 1);
}

/** dW (k, n) := scale · A^T (k, m) dZ (m, n). */
KERNEL void weightGradient(float* dW, const float* dZ, const float* A, Size m, Size k, Size n, float scale) {
  matmul::multiply(dW, {A, 1, k}, {dZ, n, 1}, nullptr, k, m, n, scale);
}

/** dA (m, k) := dZ (m, n) W^T (n, k). */
KERNEL void inputGradient(float* dA, const float* W, const float* dZ, Size m, Size k, Size n) {
  matmul::multiply(dA, {dZ, n, 1}, {W, 1, n}, nullptr, m, n, k, 1);
}

/** db (n) := scale · the sum of the rows of dZ (m, n). */
KERNEL void biasGradient(float* db, const float* dZ, Size m, Size n, float scale) {
  sumColumns(
      m, n, [&](Size i, Size unit) { return load(dZ + i * n + unit); },
      [&](Size unit, Doubles sum, auto lanes) { lanes.store(db + unit, narrowed(sum * double(scale))); });
}
