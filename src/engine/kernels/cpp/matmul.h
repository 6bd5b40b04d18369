// One blocked multiplication (Goto and van de Geijn 2008, "Anatomy of high-performance matrix
// multiplication").
#pragma once
#include "floatBlocks.h"
#include "grid.h"
#ifdef PAIR_KERNELS
#include "pairBlocks.h"
#endif

namespace matmul {

/**
 * No operation on a block of `out`, (rows, columns) from `at` on. Others run when its sums are
 * complete, while it is cached.
 */
struct LeaveIt {
  INLINE void operator()(float* /* at */, Size /* rows */, Size /* columns */) const {}
};

/** Computes a product by blocks. `tilesOf` names the tiles of the block at a row and column. */
template <class Blocks, class TilesOf, class Finish>
INLINE void multiplyBlocks(const Product& product, Blocks blocks, TilesOf tilesOf, Finish finish) {
  const auto [out, outStride, left, right, base, baseStride, rows, depth, columns, factor, bfloat16] = product;
  for (Size column = 0; column < columns; column += BLOCK_COLUMNS) {
    const Size width = smaller(BLOCK_COLUMNS, columns - column);
    for (Size p = 0; p < depth;) {
      const Size blockDepth = evenChunk(depth - p, Blocks::DEPTH);
      blocks.loadRight(right.from(p, column), blockDepth, width);
      for (Size row = 0; row < rows;) {
        const Size height = evenChunk(rows - row, BLOCK_ROWS);
        blocks.loadLeft(left.from(row, p), height, blockDepth);
        Tile tile{};
        tile.depth = blockDepth;
        tile.factor = factor;
        tile.out = out + row * outStride + column;
        tile.outStride = outStride;
        tile.base = p > 0 ? tile.out : base ? base + row * baseStride + column : nullptr;
        tile.baseStride = p > 0 ? outStride : baseStride;
        blocks.multiply(height, width, tile, tilesOf(row, column));
        if (p + blockDepth == depth) finish(tile.out, height, width);
        row += height;
      }
      p += blockDepth;
    }
  }
}

/**
 * Calls `compute(part, blocks)` for each of the parts of a product, which threads share: `blocks`
 * packs and multiplies the blocks of the part.
 */
template <class PartOf, class Compute>
INLINE void computeParts([[maybe_unused]] bool bfloat16, Size parts, PartOf partOf, Compute compute) {
#ifdef PAIR_KERNELS
  if (const PairKernels* kernels = bfloat16 ? PAIR_KERNELS() : nullptr) {
    return forEachChunk(parts, [=](Size chunk) { compute(partOf(chunk), PairBlocks{packing(), *kernels}); });
  }
#endif
  forEachChunk(parts, [=](Size chunk) {
    const Product part = partOf(chunk);
    compute(part, floatBlocks(part));
  });
}

template <class Finish = LeaveIt>
INLINE void multiply(const Product& product, Finish finish = {}) {
  const Grid grid = gridOf(product.rows, product.depth, product.columns);
  computeParts(
      product.bfloat16, grid.chunks(), [=](Size chunk) { return chunkOf(product, grid, chunk); },
      [=](const Product& part, auto blocks) {
        multiplyBlocks(part, blocks, [](Size, Size) { return AllTiles{}; }, finish);
      });
}

}  // namespace matmul
