// How blocks lie that are packed as pairs: two numbers of bfloat16 that follow each other along the depth, the first in the lower half of a
// word, as AVX512-BF16 and AMX take them. Words are handed about as floats of the same bits, which nothing computes with.
#pragma once
#include "tile.h"

namespace matmul {

// Words from row to row of a packed left block (2 KiB): as many as a block of float32 has numbers.
constexpr Size BLOCK_PAIRS = 512;
// Words from panel to panel of a packed right block, each a row of TILE_COLUMNS words for every pair of the depth.
constexpr Size PAIR_PANEL = BLOCK_PAIRS * TILE_COLUMNS;
// AMX takes so many pairs at once: what is missing of them are pairs of zeros.
constexpr Size PAIRS_AT_ONCE = 16;
// And so many rows: what is missing of them may be anything.
constexpr Size ROWS_AT_ONCE = 16;

/** Pairs of so many numbers, with those of zeros. */
INLINE Size pairsOf(Size depth) { return (depth + 2 * PAIRS_AT_ONCE - 1) / (2 * PAIRS_AT_ONCE) * PAIRS_AT_ONCE; }

}  // namespace matmul
