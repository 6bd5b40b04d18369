// The blocks of a product of float32, packed only where they are read often enough to pay for the
// copy.
#pragma once
#include "bfloat16.h"
#include "packing.h"
#include "product.h"

namespace matmul {

// With fewer tiles that read it, packing a block costs more than it gains. (With AVX-512, 5 % of a
// 256 x 256 gradient against 4 reads.)
constexpr Size READS_TO_PACK = 8;
// Transposing rows into panels costs more than copying them. From 8 to 32 reads, products of 256 to
// 2048 columns need the same time.
constexpr Size READS_TO_PACK_ROWS = 16;
// Stride in numbers between rows of a matrix (4 KiB, a page).
constexpr Size FAR_APART = 1024;
// Numbers (16 KiB) that fit in half of the first-level cache at any alignment.
constexpr Size SMALL_MATRIX = 4096;

alignas(64) constexpr float zeros[TILE_COLUMNS] = {};

/**
 * The tiles of one block: left (rows, depth) times right (depth, columns); the strides of `out` and
 * `base` are in `tile`. A packed copy is read where there is one, else (null) the matrix itself.
 */
template <class Tiles>
INLINE void multiplyBlock(Matrix left, Matrix right, Packing packed, Size rows, Size columns, Tile tile, Tiles tiles) {
  float* const out = tile.out;
  const float* const base = tile.base;
  tile.rightStride = packed.right ? TILE_COLUMNS : right.rowStride;
  for (Size column = 0; column < columns; column += TILE_COLUMNS) {
    const float* const panel = packed.right ? packed.right + column * tile.depth : right.at + column;
    const Size width = smaller(TILE_COLUMNS, columns - column);
    for (Size row = 0; row < rows;) {
      const Size height = evenChunk(rows - row, TILE_ROWS);
      const Size skipped = tiles.skipped(row, column);
      if (skipped >= width) break;
      tile.right = panel + skipped;
      tile.columns = width - skipped;
      tile.out = out + row * tile.outStride + column + skipped;
      tile.base = base ? base + row * tile.baseStride + column + skipped : zeros;
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
 * Where the numbers of a row are contiguous, a tile reads as many streams as it has rows, and a
 * copy gains nothing. The exception is rows so far apart that they map to the same few sets of the
 * cache.
 */
INLINE bool packingLeftGains(Matrix left, Size rows, Size depth, Size columns) {
  if (left.rowStride == 1) return columns >= READS_TO_PACK * TILE_COLUMNS && rows * depth > SMALL_MATRIX;
  return columns >= READS_TO_PACK_ROWS * TILE_COLUMNS && left.rowStride >= FAR_APART;
}

/**
 * Packs the blocks of a product and multiplies them as float32. Numbers of bfloat16 products are
 * rounded as they are packed.
 */
struct FloatBlocks {
  static constexpr Size DEPTH = BLOCK_DEPTH;
  Packing packed;
  bool bfloat16;
  Matrix left{};
  Matrix right{};

  INLINE void loadRight(Matrix block, Size depth, Size columns) {
    right = block;
    if (packed.right) packRight(packed.right, block, depth, columns);
    if (bfloat16) roundToBfloat16(packed.right, panelColumns(columns) * depth);
  }

  INLINE void loadLeft(Matrix block, Size rows, Size depth) {
    left = block;
    if (packed.left) packLeft(packed.left, block, rows, depth);
    if (bfloat16) roundToBfloat16(packed.left, rows * depth);
  }

  template <class Tiles>
  INLINE void multiply(Size rows, Size columns, const Tile& tile, Tiles tiles) const {
    multiplyBlock(left, right, packed, rows, columns, tile, tiles);
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

}  // namespace matmul
