// A product in pieces, one a thread.
#pragma once
#include "product.h"

namespace matmul {

// Multiply-adds that are worth a thread's while: some ten times what handing them over costs.
constexpr Size MULTIPLY_ADDS_A_PIECE = 1 << 18;
// A sum of few terms costs as much as so many to write.
constexpr Size WRITE_COST = 8;
// Every piece reads its rows of `left` and its columns of `right` once more; a number read costs as much as so many multiply-adds.
constexpr Size READ_COST = 16;

/** How many pieces of the output lie above each other, and how many side by side. */
struct Grid {
  Size down;
  Size across;

  INLINE Size pieces() const { return down * across; }
};

INLINE Size partSize(Size count, Size grain, Size pieces) {
  const Size grains = (count + grain - 1) / grain;
  return (grains + pieces - 1) / pieces * grain;
}

/** The grid of a piece for each thread whose largest piece costs least. */
INLINE Grid gridOf(Size rows, Size depth, Size columns) {
  const Size pieces = smaller(THREADS(), rows * columns * (depth + WRITE_COST) / MULTIPLY_ADDS_A_PIECE);
  Grid best{1, 1};
  Size least = ~Size(0);
  for (Size across = 1; across <= pieces; across++) {
    if (pieces % across != 0) continue;
    const Grid grid{pieces / across, across};
    const Size height = partSize(rows, TILE_ROWS, grid.down), width = partSize(columns, TILE_COLUMNS, grid.across);
    const Size cost = height * width + READ_COST * (height + width);
    if (cost >= least) continue;
    best = grid;
    least = cost;
  }
  return best;
}

/** Cut at the borders of tiles, and never down the depth: each number of `out` is one thread's sum. */
INLINE Product pieceOf(const Product& product, Grid grid, Size piece) {
  const Range rows = partOf(product.rows, TILE_ROWS, grid.down, piece % grid.down);
  const Range columns = partOf(product.columns, TILE_COLUMNS, grid.across, piece / grid.down);
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
