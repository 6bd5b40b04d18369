// Blocks of pairs by AVX512-BF16 (VDPBF16PS): tiles like those of float32, with pairs in place of
// numbers.
#include <immintrin.h>

#include "pairBlock.h"

namespace {
#include "../cpp/pairLayout.h"

using namespace matmul;

typedef Word UnalignedWord __attribute__((may_alias));

/** The pair in every lane, bit by bit. */
INLINE Words splatPair(const float* pair) {
  const Word word = *reinterpret_cast<const UnalignedWord*>(pair);
#ifdef __AVX512F__
  return (Words)_mm512_set1_epi32(int(word));
#else
  return Words{} + word;
#endif
}

/** Like `accumulate` of tile.h; a step is two numbers along the depth. */
template <Size ROWS, Size VECTORS>
INLINE void accumulatePairs(Accumulators<ROWS, VECTORS>& sums, const Tile& tile) {
  const float* left = tile.left;
  const float* right = tile.right;
  for (Size rest = tile.depth; rest > 0; rest--, left++, right += TILE_COLUMNS) {
    __m512bh columns[VECTORS];
#pragma GCC unroll 8
    for (Size v = 0; v < VECTORS; v++) columns[v] = (__m512bh)load(right + v * WIDTH);
#pragma GCC unroll 16
    for (Size row = 0; row < ROWS; row++) {
      const __m512bh x = (__m512bh)splatPair(left + row * BLOCK_PAIRS);
#pragma GCC unroll 8
      for (Size v = 0; v < VECTORS; v++) sums.of[row][v] = (Vector)_mm512_dpbf16_ps((__m512)sums.of[row][v], x, columns[v]);
    }
  }
}

template <Size ROWS, Size VECTORS>
__attribute__((noinline)) void computePairs(const Tile& tile) {
  fetchOut<ROWS, VECTORS>(tile);
  Accumulators<ROWS, VECTORS> sums{};
  accumulatePairs(sums, tile);
  const Size lanes = tile.columns - (VECTORS - 1) * WIDTH;
  if (lanes == WIDTH) writeOut(sums, tile, AllLanes{});
  else writeOut(sums, tile, FirstLanes{lanes});
}

template <Size VECTORS, Size ROWS = TILE_ROWS>
INLINE void computePairRows(Size rows, const Tile& tile) {
  if (rows == ROWS) return computePairs<ROWS, VECTORS>(tile);
  if constexpr (ROWS > 1) computePairRows<VECTORS, ROWS - 1>(rows, tile);
}

template <Size VECTORS = TILE_VECTORS>
INLINE void computePairColumns(Size rows, const Tile& tile) {
  if (tile.columns > (VECTORS - 1) * WIDTH) return computePairRows<VECTORS>(rows, tile);
  if constexpr (VECTORS > 1) computePairColumns<VECTORS - 1>(rows, tile);
}

alignas(64) constexpr float ZEROS[TILE_COLUMNS] = {};

}  // namespace

void multiplyPairsByAvx512bf16(const PairBlock& block) {
  Tile tile{};
  tile.depth = block.pairs;
  tile.factor = block.factor;
  tile.outStride = block.outStride;
  tile.baseStride = block.base ? block.baseStride : 0;
  for (Size column = 0; column < block.columns; column += TILE_COLUMNS) {
    tile.right = block.right + column / TILE_COLUMNS * PAIR_PANEL;
    tile.columns = smaller(TILE_COLUMNS, block.columns - column);
    for (Size row = 0; row < block.rows;) {
      const Size height = evenChunk(block.rows - row, TILE_ROWS);
      tile.left = block.left + row * BLOCK_PAIRS;
      tile.out = block.out + row * block.outStride + column;
      tile.base = block.base ? block.base + row * block.baseStride + column : ZEROS;
      computePairColumns(height, tile);
      row += height;
    }
  }
}
