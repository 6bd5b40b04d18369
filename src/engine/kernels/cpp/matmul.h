// One blocked multiplication (Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication"). Blocks are packed only
// where they are read often enough to repay the copy.
#pragma once
#include "bfloat16.h"
#include "packing.h"
#ifdef MULTIPLY_PAIRS
#include "pairs.h"
#endif

namespace matmul {

// Below so many tiles that would read it, packing a block costs more than it gains. (With AVX-512, 5 % of a 256 x 256 gradient against 4 reads.)
constexpr Size READS_TO_PACK = 8;
// Turning rows into panels costs more than copying them. From 8 to 32 reads products of 256 to 2048 columns take the same time.
constexpr Size READS_TO_PACK_ROWS = 16;
// Numbers (4 KiB, a page) from row to row of a matrix.
constexpr Size FAR_APART = 1024;
// Numbers (16 KiB) that stay in half of the first-level cache wherever they lie.
constexpr Size SMALL_MATRIX = 4096;

alignas(64) constexpr float zeros[TILE_COLUMNS] = {};

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

/** out (rows, columns) := base + factor · left (rows, depth) right (depth, columns); `base` (rows, columns) or null. */
struct Product {
  float* out;
  /** From row to row of `out`. */
  Size outStride;
  Matrix left;
  Matrix right;
  const float* base;
  /** From row to row of `base`: 0 where it is one row for all. */
  Size baseStride;
  Size rows;
  Size depth;
  Size columns;
  float factor;
  /** Whether the numbers of left and right are rounded to bfloat16 as they are packed. */
  bool bfloat16;
};

/** Packs the blocks of a product and multiplies them, as float32; numbers that are to be of bfloat16 are rounded as they are packed. */
struct FloatBlocks {
  static constexpr Size DEPTH = BLOCK_DEPTH;
  Packing packed;
  bool bfloat16;
  Matrix left{};
  Matrix right{};

  INLINE void takeRight(Matrix block, Size depth, Size columns) {
    right = block;
    if (packed.right) packRight(packed.right, block, depth, columns);
    if (bfloat16) roundToBfloat16(packed.right, panelColumns(columns) * depth);
  }

  INLINE void takeLeft(Matrix block, Size rows, Size depth) {
    left = block;
    if (packed.left) packLeft(packed.left, block, rows, depth);
    if (bfloat16) roundToBfloat16(packed.left, rows * depth);
  }

  INLINE void multiply(Size rows, Size columns, const Tile& tile) const {
    multiplyBlock(left, right, packed, rows, columns, tile);
  }
};

INLINE FloatBlocks floatBlocks(const Product& product) {
  const auto [out, outStride, left, right, base, baseStride, rows, depth, columns, factor, bfloat16] = product;
  const bool packsRight =
      bfloat16 || right.columnStride != 1 || (rows >= READS_TO_PACK * TILE_ROWS && depth * columns > SMALL_MATRIX);
  const bool packsLeft = bfloat16 || packingLeftGains(left, rows, depth, columns);
  const Packing memory = packing();
  return {{packsLeft ? memory.left : nullptr, packsRight ? memory.right : nullptr}, bfloat16};
}

/** What is done with a block of `out`, (rows, columns) from `at` on, once its sums are whole, while a cache holds it: nothing. */
struct LeaveIt {
  INLINE void operator()(float* /* at */, Size /* rows */, Size /* columns */) const {}
};

/** Goes through the blocks of a product. */
template <class Blocks, class Finish>
INLINE void multiplyBlocks(const Product& product, Blocks blocks, Finish finish) {
  const auto [out, outStride, left, right, base, baseStride, rows, depth, columns, factor, bfloat16] = product;
  for (Size column = 0; column < columns; column += BLOCK_COLUMNS) {
    const Size width = smaller(BLOCK_COLUMNS, columns - column);
    for (Size p = 0; p < depth;) {
      const Size blockDepth = evenPiece(depth - p, Blocks::DEPTH);
      blocks.takeRight(right.from(p, column), blockDepth, width);
      for (Size row = 0; row < rows;) {
        const Size height = evenPiece(rows - row, BLOCK_ROWS);
        blocks.takeLeft(left.from(row, p), height, blockDepth);
        Tile tile{};
        tile.depth = blockDepth;
        tile.factor = factor;
        tile.out = out + row * outStride + column;
        tile.outStride = outStride;
        tile.base = p > 0 ? tile.out : base ? base + row * baseStride + column : nullptr;
        tile.baseStride = p > 0 ? outStride : baseStride;
        blocks.multiply(height, width, tile);
        if (p + blockDepth == depth) finish(tile.out, height, width);
        row += height;
      }
      p += blockDepth;
    }
  }
}

#ifdef MULTIPLY_PAIRS
/** The same by instructions that multiply pairs of bfloat16. */
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
#endif

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

template <class Finish = LeaveIt>
INLINE void multiply(const Product& product, Finish finish = {}) {
  const Grid grid = gridOf(product.rows, product.depth, product.columns);
#ifdef MULTIPLY_PAIRS
  if (const MultiplyPairs multiplyPairs = product.bfloat16 ? MULTIPLY_PAIRS() : nullptr) {
    return forEachPiece(grid.pieces(), [=](Size piece) {
      multiplyBlocks(pieceOf(product, grid, piece), PairBlocks{packing(), multiplyPairs}, finish);
    });
  }
#endif
  forEachPiece(grid.pieces(), [=](Size piece) {
    const Product part = pieceOf(product, grid, piece);
    multiplyBlocks(part, floatBlocks(part), finish);
  });
}

}  // namespace matmul
