// Blocks of pairs by AMX (TDPBF16PS): 2 x 2 tiles of 16 x 16 sums, from 2 tiles of left and 2 of
// right.
#include <immintrin.h>

#include "pairBlock.h"

namespace {
#include "../cpp/pairLayout.h"

using namespace matmul;

// Rows of a tile, and the numbers or pairs (64 bytes) of each of its rows.
constexpr Size TILE = 16;
static_assert(TILE_COLUMNS % (2 * TILE) == 0 && PAIRS_AT_ONCE == TILE && ROWS_AT_ONCE == TILE);

/** What LDTILECFG reads (Intel's manual, volume 1, section 18.2). */
struct alignas(64) TileConfiguration {
  unsigned char palette;
  unsigned char startRow;
  unsigned char reserved[14];
  unsigned short rowBytes[16];
  unsigned char rows[16];
};

// All eight tiles are full size: sums beyond the edge of a block are computed and not written.
constexpr TileConfiguration CONFIGURATION = {
    1, 0, {}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};

/** The sums of up to 2 x 2 tiles. */
struct alignas(64) Sums {
  float of[2 * TILE][2 * TILE];
};

// Tiles 0 to 3 are the sums, row by row; 4 and 5 are left, 6 and 7 right. The intrinsics require
// literal tile numbers.
INLINE void accumulateTiles(Sums& sums, const float* left, const float* right, Size pairs, bool hasLower, bool hasRight) {
  constexpr Size LEFT_STRIDE = BLOCK_PAIRS * sizeof(float), RIGHT_STRIDE = TILE_COLUMNS * sizeof(float);
  constexpr Size SUMS_STRIDE = 2 * TILE * sizeof(float);
  const float* lower = left + TILE * BLOCK_PAIRS;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (Size pair = 0; pair < pairs; pair += TILE, left += TILE, lower += TILE, right += TILE * TILE_COLUMNS) {
    _tile_loadd(4, left, LEFT_STRIDE);
    _tile_loadd(6, right, RIGHT_STRIDE);
    _tile_dpbf16ps(0, 4, 6);
    if (hasRight) {
      _tile_loadd(7, right + TILE, RIGHT_STRIDE);
      _tile_dpbf16ps(1, 4, 7);
    }
    if (hasLower) {
      _tile_loadd(5, lower, LEFT_STRIDE);
      _tile_dpbf16ps(2, 5, 6);
    }
    if (hasLower && hasRight) _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, sums.of[0], SUMS_STRIDE);
  _tile_stored(1, sums.of[0] + TILE, SUMS_STRIDE);
  _tile_stored(2, sums.of[TILE], SUMS_STRIDE);
  _tile_stored(3, sums.of[TILE] + TILE, SUMS_STRIDE);
}

/** out := base + factor · sums, for the rows and columns that the block has. */
INLINE void writeSums(const Sums& sums, const PairBlock& block, Size row, Size column, Size columns) {
  const Vector factor = splat(block.factor);
  for (Size i = row; i < smaller(row + 2 * TILE, block.rows); i++) {
    const float* base = block.base ? block.base + i * block.baseStride + column : nullptr;
    float* out = block.out + i * block.outStride + column;
    forEachVector(columns, [&](Size at, auto lanes) {
      const Vector sum = load(sums.of[i - row] + at);
      lanes.store(out + at, multiplyAdd(factor, sum, base ? load(base + at) : Vector{}));
    });
  }
}

/**
 * Compilers do not know that a tile load reads memory, so the packed numbers must be written
 * before.
 */
INLINE void finishWriting() { asm volatile("" ::: "memory"); }

}  // namespace

// A thread's tiles are configured for one block only, so that a context switch in its other work
// has none to save.
void multiplyPairsByAmx(const PairBlock& block) {
  finishWriting();
  _tile_loadconfig(&CONFIGURATION);
  Sums sums;
  for (Size column = 0; column < block.columns; column += 2 * TILE) {
    const float* right = block.right + column / TILE_COLUMNS * PAIR_PANEL + column % TILE_COLUMNS;
    const Size columns = smaller(2 * TILE, block.columns - column);
    for (Size row = 0; row < block.rows; row += 2 * TILE) {
      const bool hasLower = block.rows - row > TILE;
      accumulateTiles(sums, block.left + row * BLOCK_PAIRS, right, block.pairs, hasLower, columns > TILE);
      writeSums(sums, block, row, column, columns);
    }
  }
  _tile_release();
}
