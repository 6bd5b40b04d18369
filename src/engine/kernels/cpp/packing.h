// Copies of blocks ("packed") that a tile reads one after another.
#pragma once
#include "tile.h"

namespace matmul {

#ifndef BLOCK_DEPTH
// A panel of `right`, BLOCK_DEPTH x TILE_COLUMNS, stays in the first-level cache (8 KiB with 128-bit vectors).
#define BLOCK_DEPTH 256
#endif
// A block of `left` stays in the second-level cache (192 KiB).
constexpr Size BLOCK_ROWS = 32 * TILE_ROWS;
// A block of `right` stays in the last-level cache (2 MiB). For each of them all of `left` is packed anew.
constexpr Size BLOCK_COLUMNS = 2048;
// Panels whose rows are copied at once: several lines of each row in turn, which the machine foresees.
constexpr Size PANELS_AT_ONCE = 4;

/** Element (i, j) lies at i * rowStride + j * columnStride; one of the strides is 1. */
struct Matrix {
  const float* at;
  Size rowStride;
  Size columnStride;

  INLINE Matrix from(Size row, Size column) const {
    return {at + row * rowStride + column * columnStride, rowStride, columnStride};
  }
};

// Packing copies whole vectors, so it writes some numbers past a panel, which the next panel overwrites.
constexpr Size VECTORS_OF_ROWS = (TILE_ROWS + WIDTH - 1) / WIDTH;
// A multiple of a cache line.
constexpr Size PACKED_LEFT = (BLOCK_ROWS * BLOCK_DEPTH + VECTORS_OF_ROWS * WIDTH + 15) / 16 * 16;
constexpr Size PACKED_RIGHT = (BLOCK_COLUMNS + TILE_COLUMNS) * BLOCK_DEPTH;

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

/** A panel whose rows lie side by side already: they are copied whole, and beyond the last row anything may stand. */
INLINE void packColumns(float* to, const float* from, Size columnStride, Size height, Size depth) {
  for (Size p = 0; p < depth; p++, to += height, from += columnStride) {
#pragma GCC unroll 4
    for (Size v = 0; v < VECTORS_OF_ROWS; v++) store(to + v * WIDTH, load(from + v * WIDTH));
  }
}

/** A panel of rows that lie apart. The last square of rows begins above the one before has ended where the height is no multiple of it. */
INLINE void packRowsApart(float* to, const float* from, Size rowStride, Size height, Size depth) {
  Size p = 0;
  if (height >= SQUARE) {
    for (; p + SQUARE <= depth; p += SQUARE) {
      for (Size row = 0; row < height; row += SQUARE) {
        const Size first = smaller(row, height - SQUARE);
        turnSquare(to + p * height + first, height, from + first * rowStride + p, rowStride);
      }
    }
  }
  for (; p < depth; p++) {
    for (Size row = 0; row < height; row++) to[p * height + row] = from[row * rowStride + p];
  }
}

/** Panels of tile rows, each with the rows of one depth side by side. */
INLINE void packLeft(float* packed, Matrix left, Size rows, Size depth) {
  for (Size row = 0; row < rows;) {
    const Size height = evenPiece(rows - row, TILE_ROWS);
    const float* from = left.from(row, 0).at;
    float* to = packed + row * depth;
    if (left.rowStride == 1) packColumns(to, from, left.columnStride, height, depth);
    else packRowsApart(to, from, left.rowStride, height, depth);
    row += height;
  }
}

/** PANELS panels whose columns lie side by side already, or the `vectors` of one that is no whole panel: beyond its last column anything may stand. */
template <Size PANELS>
INLINE void packRows(float* to, const float* from, Size rowStride, Size depth, Size vectors = TILE_VECTORS) {
  for (Size p = 0; p < depth; p++, to += TILE_COLUMNS, from += rowStride) {
#pragma GCC unroll 8
    for (Size panel = 0; panel < PANELS; panel++) {
#pragma GCC unroll 8
      for (Size v = 0; v < vectors; v++) {
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

/** Columns of the panels that hold so many. */
INLINE Size panelColumns(Size columns) { return (columns + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS; }

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
    } else if (columns - column >= TILE_COLUMNS) {
      packRows<1>(to, from, right.rowStride, depth);
    } else {
      packRows<1>(to, from, right.rowStride, depth, (columns - column + WIDTH - 1) / WIDTH);
    }
    column += panels * TILE_COLUMNS;
  }
}

}  // namespace matmul
