// One blocked multiplication (Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication"). Blocks are packed only
// where they are read often enough to repay the copy.
#pragma once
#include "packing.h"

namespace matmul {

// Below so many tiles that would read it, packing a block costs more than it gains.
constexpr Size READS_TO_PACK = 4;
// Turning rows into panels goes number by number.
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

/** out (rows, columns) := bias + factor · left (rows, depth) right (depth, columns); `bias` (columns) or null. */
struct Product {
  float* out;
  /** From row to row of `out`. */
  Size outStride;
  Matrix left;
  Matrix right;
  const float* bias;
  Size rows;
  Size depth;
  Size columns;
  float factor;
};

INLINE void multiply(const Product& product) {
  const auto [out, outStride, left, right, bias, rows, depth, columns, factor] = product;
  const bool packsRight =
      right.columnStride != 1 || (rows >= READS_TO_PACK * TILE_ROWS && depth * columns > SMALL_MATRIX);
  const bool packsLeft = packingLeftGains(left, rows, depth, columns);
  const Packing memory = packing();
  const Packing packed = {packsLeft ? memory.left : nullptr, packsRight ? memory.right : nullptr};
  for (Size column = 0; column < columns; column += BLOCK_COLUMNS) {
    const Size width = smaller(BLOCK_COLUMNS, columns - column);
    for (Size p = 0; p < depth;) {
      const Size blockDepth = evenPiece(depth - p, BLOCK_DEPTH);
      if (packsRight) packRight(packed.right, right.from(p, column), blockDepth, width);
      for (Size row = 0; row < rows;) {
        const Size height = evenPiece(rows - row, BLOCK_ROWS);
        if (packsLeft) packLeft(packed.left, left.from(row, p), height, blockDepth);
        Tile tile{};
        tile.depth = blockDepth;
        tile.factor = factor;
        tile.out = out + row * outStride + column;
        tile.outStride = outStride;
        tile.base = p > 0 ? tile.out : bias ? bias + column : nullptr;
        tile.baseStride = p > 0 ? outStride : 0;
        multiplyBlock(left.from(row, p), right.from(p, column), packed, height, width, tile);
        row += height;
      }
      p += blockDepth;
    }
  }
}

}  // namespace matmul
