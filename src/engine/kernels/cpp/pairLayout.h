// The layout of blocks packed as pairs: two consecutive bfloat16 numbers along the depth, the first
// in the lower half of a word, as AVX512-BF16 and AMX expect. Words are passed as floats with the
// same bits, which are never used in arithmetic.
#pragma once
#include "tile.h"

namespace matmul {

// Words between rows of a packed left block (2 KiB): as many as a block of float32 has numbers.
constexpr Size BLOCK_PAIRS = 512;
// Words between panels of a packed right block, each a row of TILE_COLUMNS words for every pair of
// the depth.
constexpr Size PAIR_PANEL = BLOCK_PAIRS * TILE_COLUMNS;
// AMX multiplies this many pairs at once: missing ones are pairs of zeros.
constexpr Size PAIRS_AT_ONCE = 16;
// AMX multiplies this many rows at once: missing ones have any value.
constexpr Size ROWS_AT_ONCE = 16;

/** Pairs of this many numbers, padded with zeros. */
INLINE Size pairsOf(Size depth) { return (depth + 2 * PAIRS_AT_ONCE - 1) / (2 * PAIRS_AT_ONCE) * PAIRS_AT_ONCE; }

}  // namespace matmul
