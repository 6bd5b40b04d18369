#pragma once
#include "pairs.h"
#include "product.h"

namespace matmul {

/** Packs the blocks of a product and multiplies them by instructions that multiply pairs of bfloat16. */
struct PairBlocks {
  static constexpr Size DEPTH = PAIR_BLOCK_DEPTH;
  Packing packed;
  MultiplyPairs multiplyPairs;

  INLINE void takeRight(Matrix block, Size depth, Size columns) { packRightPairs(packed.right, block, depth, columns); }
  INLINE void takeLeft(Matrix block, Size rows, Size depth) { packLeftPairs(packed.left, block, rows, depth); }
  INLINE void multiply(Size rows, Size columns, const Tile& tile) const {
    multiplyPairs({packed.left, packed.right, rows, columns, pairsOf(tile.depth), tile.out, tile.outStride, tile.base,
                   tile.baseStride, tile.factor});
  }
};

}  // namespace matmul
