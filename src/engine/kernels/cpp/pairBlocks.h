#pragma once
#include "pairLayout.h"
#include "product.h"

namespace matmul {

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
  INLINE void multiply(Size rows, Size columns, const Tile& tile) const {
    kernels.multiply({packed.left, packed.right, rows, columns, pairsOf(tile.depth), tile.out, tile.outStride, tile.base,
                      tile.baseStride, tile.factor});
  }
};

}  // namespace matmul
