// The matrices of a product, the blocks into which it is divided, and the memory for copies of
// them.
#pragma once
#include "tile.h"

namespace matmul {

/** Element (i, j) is at i * rowStride + j * columnStride; one of the strides is 1. */
struct Matrix {
  const float* at;
  Size rowStride;
  Size columnStride;

  INLINE Matrix from(Size row, Size column) const {
    return {at + row * rowStride + column * columnStride, rowStride, columnStride};
  }
};

/** The tiles of a block that are computed: all of them. */
struct AllTiles {
  /** How many columns of the tile at this row and column of the block are left out. */
  INLINE Size skipped(Size /* row */, Size /* column */) const { return 0; }
};

/**
 * Those of a symmetric product with a number on or above the diagonal, without the whole vectors
 * below it. The block's own position is (row, column).
 */
struct UpperTiles {
  Size row;
  Size column;

  INLINE Size skipped(Size atRow, Size atColumn) const {
    const Size i = row + atRow, j = column + atColumn;
    return i > j ? (i - j) / WIDTH * WIDTH : 0;
  }
};

#ifndef BLOCK_DEPTH
// A panel of `right`, BLOCK_DEPTH x TILE_COLUMNS, fits in the first-level cache (8 KiB with 128-bit
// vectors).
#define BLOCK_DEPTH 256
#endif
// A block of `left` fits in the second-level cache (192 KiB; 384 KiB with AVX-512).
constexpr Size BLOCK_ROWS = 32 * TILE_ROWS;
// A block of `right` fits in the last-level cache (2 MiB; 4 MiB with AVX-512). All of `left` is
// packed again for each of them.
constexpr Size BLOCK_COLUMNS = 2048;

// Packing copies whole vectors, so it writes some numbers past a panel, which the next panel
// overwrites.
constexpr Size VECTORS_OF_ROWS = (TILE_ROWS + WIDTH - 1) / WIDTH;
// A multiple of a cache line.
constexpr Size PACKED_LEFT = (BLOCK_ROWS * BLOCK_DEPTH + VECTORS_OF_ROWS * WIDTH + 15) / 16 * 16;
constexpr Size PACKED_RIGHT = (BLOCK_COLUMNS + TILE_COLUMNS) * BLOCK_DEPTH;

/** The memory into which blocks are packed. */
struct Packing {
  float* left;
  float* right;
};

#ifdef THREAD_MEMORY
INLINE Packing packing() {
  float* memory = THREAD_MEMORY((PACKED_LEFT + PACKED_RIGHT) * sizeof(float));
  return {memory, memory + PACKED_LEFT};
}
#else
alignas(64) float packedBlocks[PACKED_LEFT + PACKED_RIGHT];
INLINE Packing packing() { return {packedBlocks, packedBlocks + PACKED_LEFT}; }
#endif

}  // namespace matmul
