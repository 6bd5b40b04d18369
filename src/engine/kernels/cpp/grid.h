// A product in chunks, one for each thread.
#pragma once
#include "product.h"

namespace matmul {

// Multiply-adds for which another thread pays: some ten times the cost of the handover.
constexpr Size MULTIPLY_ADDS_PER_CHUNK = 1 << 18;
// The write of a sum costs as much as this many terms.
constexpr Size WRITE_COST = 8;
// Every chunk reads its rows of `left` and its columns of `right` again; a number read costs as
// much as this many multiply-adds.
constexpr Size READ_COST = 16;

/** The number of rows and columns of chunks into which the output is divided. */
struct Grid {
  Size rows;
  Size columns;

  INLINE Size chunks() const { return rows * columns; }
};

INLINE Size chunkSize(Size count, Size grain, Size chunks) {
  const Size grains = (count + grain - 1) / grain;
  return (grains + chunks - 1) / chunks * grain;
}

/** The grid with at most one chunk a thread whose largest chunk costs least. */
INLINE Grid gridOf(Size rows, Size depth, Size columns) {
  const Size chunks = smaller(THREADS(), rows * columns * (depth + WRITE_COST) / MULTIPLY_ADDS_PER_CHUNK);
  Grid best{1, 1};
  Size least = ~Size(0);
  for (Size gridColumns = 1; gridColumns <= chunks; gridColumns++) {
    if (chunks % gridColumns != 0) continue;
    const Grid grid{chunks / gridColumns, gridColumns};
    const Size height = chunkSize(rows, TILE_ROWS, grid.rows), width = chunkSize(columns, TILE_COLUMNS, grid.columns);
    const Size cost = height * width + READ_COST * (height + width);
    if (cost >= least) continue;
    best = grid;
    least = cost;
  }
  return best;
}

/**
 * Divided at the edges of tiles, and never along the depth: each number of `out` is the sum of one
 * thread.
 */
INLINE Product chunkOf(const Product& product, Grid grid, Size chunk) {
  const Range rows = chunkRange(product.rows, TILE_ROWS, grid.rows, chunk % grid.rows);
  const Range columns = chunkRange(product.columns, TILE_COLUMNS, grid.columns, chunk / grid.rows);
  Product part = product;
  part.out += rows.from * product.outStride + columns.from;
  part.left = product.left.from(rows.from, 0);
  part.right = product.right.from(0, columns.from);
  part.base = product.base ? product.base + rows.from * product.baseStride + columns.from : nullptr;
  part.rows = rows.to - rows.from;
  part.columns = columns.to - columns.from;
  return part;
}

}  // namespace matmul
