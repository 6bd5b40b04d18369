#pragma once
#include "pairLayout.h"
#include "product.h"

namespace matmul {

// As many columns as AMX multiplies at once.
constexpr Size STRIP_COLUMNS = 32;
static_assert(TILE_COLUMNS % STRIP_COLUMNS == 0);

/** Packs the blocks of a product and multiplies them by instructions for pairs of bfloat16. */
struct PairBlocks {
  static constexpr Size DEPTH = 2 * BLOCK_PAIRS;
  Packing packed;
  PairKernels kernels;

  INLINE void loadRight(Matrix block, Size depth, Size columns) {
    kernels.packRight(packed.right, {block.at, block.rowStride, block.columnStride, depth, columns});
  }
  INLINE void loadLeft(Matrix block, Size rows, Size depth) {
    kernels.packLeft(packed.left, {block.at, block.rowStride, block.columnStride, rows, depth});
  }
  INLINE void multiply(Size rows, Size columns, const Tile& tile, AllTiles) const {
    kernels.multiply({packed.left, packed.right, rows, columns, pairsOf(tile.depth), tile.out, tile.outStride, tile.base,
                      tile.baseStride, tile.factor});
  }

  /** Strips of columns, each down to the diagonal. */
  INLINE void multiply(Size rows, Size columns, const Tile& tile, UpperTiles tiles) const {
    for (Size column = 0; column < columns; column += STRIP_COLUMNS) {
      const Size width = smaller(STRIP_COLUMNS, columns - column);
      const Size end = tiles.column + column + width;
      if (end <= tiles.row) continue;
      const float* right = packed.right + column / TILE_COLUMNS * PAIR_PANEL + column % TILE_COLUMNS;
      kernels.multiply({packed.left, right, smaller(rows, end - tiles.row), width, pairsOf(tile.depth), tile.out + column,
                        tile.outStride, tile.base ? tile.base + column : nullptr, tile.baseStride, tile.factor});
    }
  }
};

}  // namespace matmul
