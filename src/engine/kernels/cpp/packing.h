// Contiguous copies of blocks ("packed"), in the order in which a tile reads them.
#pragma once
#include "blocks.h"

namespace matmul {

// Panels whose rows are copied at once: several lines of each row in turn, which the prefetcher
// predicts.
constexpr Size PANELS_AT_ONCE = 4;

/**
 * A panel whose rows are contiguous: they are copied whole. Values beyond the last row are
 * undefined.
 */
INLINE void packColumns(float* to, const float* from, Size columnStride, Size height, Size depth) {
  for (Size p = 0; p < depth; p++, to += height, from += columnStride) {
#pragma GCC unroll 4
    for (Size v = 0; v < VECTORS_OF_ROWS; v++) store(to + v * WIDTH, load(from + v * WIDTH));
  }
}

/**
 * A panel of rows that are apart. The last square of rows overlaps the one before where the height
 * is not a multiple of it.
 */
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

/** Panels of tile rows, each with the rows of one depth together. */
INLINE void packLeft(float* packed, Matrix left, Size rows, Size depth) {
  for (Size row = 0; row < rows;) {
    const Size height = evenChunk(rows - row, TILE_ROWS);
    const float* from = left.from(row, 0).at;
    float* to = packed + row * depth;
    if (left.rowStride == 1) packColumns(to, from, left.columnStride, height, depth);
    else packRowsApart(to, from, left.rowStride, height, depth);
    row += height;
  }
}

/**
 * PANELS panels whose columns are contiguous, or the `vectors` of one partial panel. Values beyond
 * its last column are undefined.
 */
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

/** A transposed panel: contiguous numbers of `from` become TILE_COLUMNS apart. */
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

/** `columns` rounded up to whole panels. */
INLINE Size panelColumns(Size columns) { return (columns + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS; }

/** Panels of tile columns, each with the columns of one depth together. */
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
