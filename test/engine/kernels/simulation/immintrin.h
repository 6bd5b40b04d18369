// Replaces the compiler's own header: the instructions for pairs of bfloat16 in plain C++, as
// Intel's manual defines them (volume 2, VDPBF16PS, TDPBF16PS, LDTILECFG, TILELOADD), so that
// kernels that use them run on any x86-64.
#pragma once
#include_next <immintrin.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace simulation {

/** Denormals are zeros, before and after each operation. */
inline float flushed(float x) { return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.0f, x) : x; }

inline float half(unsigned pair, bool upper) {
  const unsigned bits = upper ? pair & 0xffff0000u : pair << 16;
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return flushed(x);
}

inline float multiplyAdd(float a, float b, float sum) { return flushed(std::fma(a, b, flushed(sum))); }

template <class To, class From>
inline To sameBits(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

struct Lanes {
  float of[16];
};
struct Pairs {
  unsigned of[16];
};

/** VCVTNE2PS2BF16 for one number: rounds to the nearest, ties to even; a NaN becomes quiet. */
inline unsigned rounded(float x) {
  const float y = flushed(x);
  unsigned bits;
  std::memcpy(&bits, &y, sizeof bits);
  if (std::isnan(y)) return (bits >> 16) | 0x40;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

struct Halves {
  unsigned short of[32];
};

inline Halves narrowed(Lanes upper, Lanes lower) {
  Halves both;
  for (int lane = 0; lane < 16; lane++) {
    both.of[lane] = static_cast<unsigned short>(rounded(lower.of[lane]));
    both.of[lane + 16] = static_cast<unsigned short>(rounded(upper.of[lane]));
  }
  return both;
}

/** VDPBF16PS: the upper numbers of each pair are added first. */
inline Lanes dotPairs(Lanes sums, Pairs a, Pairs b) {
  for (int lane = 0; lane < 16; lane++) {
    for (const bool upper : {true, false}) {
      sums.of[lane] = multiplyAdd(half(a.of[lane], upper), half(b.of[lane], upper), sums.of[lane]);
    }
  }
  return sums;
}

// Aborts the program on an instruction that the processor would reject.
inline void require(bool condition) {
  if (!condition) std::abort();
}

struct Configuration {
  unsigned char palette, startRow, reserved[14];
  unsigned short rowBytes[16];
  unsigned char rows[16];
};
struct TileRegister {
  unsigned of[16][16];
};
inline thread_local Configuration configuration{};
inline thread_local TileRegister tiles[8];

inline void configure(const void* from) {
  std::memcpy(&configuration, from, sizeof configuration);
  require(configuration.palette == 1);
  for (int tile = 0; tile < 16; tile++) {
    const bool exists = tile < 8;
    require(configuration.rows[tile] <= (exists ? 16 : 0) && configuration.rowBytes[tile] <= (exists ? 64 : 0));
  }
  for (const unsigned char reserved : configuration.reserved) require(reserved == 0);
  std::memset(tiles, 0, sizeof tiles);
}

inline void release() { configuration = {}; }

inline void requireConfigured(int tile) { require(configuration.palette == 1 && configuration.rows[tile] > 0); }

inline void zero(int tile) {
  requireConfigured(tile);
  tiles[tile] = {};
}

inline void loadTile(int tile, const void* from, long stride) {
  zero(tile);
  for (int row = 0; row < configuration.rows[tile]; row++) {
    std::memcpy(tiles[tile].of[row], static_cast<const char*>(from) + row * stride, configuration.rowBytes[tile]);
  }
}

inline void storeTile(int tile, void* to, long stride) {
  requireConfigured(tile);
  for (int row = 0; row < configuration.rows[tile]; row++) {
    std::memcpy(static_cast<char*>(to) + row * stride, tiles[tile].of[row], configuration.rowBytes[tile]);
  }
}

/**
 * TDPBF16PS: the sums of the lower and of the upper numbers of the pairs are separate, and are
 * added to the tile at the end.
 */
inline void dotTiles(int sums, int left, int right) {
  for (const int tile : {sums, left, right}) requireConfigured(tile);
  const int pairs = configuration.rowBytes[left] / 4;
  require(configuration.rows[sums] == configuration.rows[left] && configuration.rows[right] == pairs);
  require(configuration.rowBytes[sums] == configuration.rowBytes[right]);
  for (int row = 0; row < configuration.rows[sums]; row++) {
    for (int column = 0; column < configuration.rowBytes[sums] / 4; column++) {
      float lower = 0, upper = 0;
      for (int pair = 0; pair < pairs; pair++) {
        const unsigned a = tiles[left].of[row][pair], b = tiles[right].of[pair][column];
        lower = multiplyAdd(half(a, false), half(b, false), lower);
        upper = multiplyAdd(half(a, true), half(b, true), upper);
      }
      const float sum = sameBits<float>(tiles[sums].of[row][column]);
      tiles[sums].of[row][column] = sameBits<unsigned>(flushed(flushed(sum) + flushed(lower + upper)));
    }
  }
}

}  // namespace simulation

#define _mm512_dpbf16_ps(sums, a, b)                                                                                   \
  simulation::sameBits<__m512>(simulation::dotPairs(simulation::sameBits<simulation::Lanes>(sums),                     \
                                                    simulation::sameBits<simulation::Pairs>(a),                        \
                                                    simulation::sameBits<simulation::Pairs>(b)))

#define _mm512_cvtne2ps_pbh(upper, lower)                                                                              \
  simulation::sameBits<__m512bh>(simulation::narrowed(simulation::sameBits<simulation::Lanes>(upper),                  \
                                                      simulation::sameBits<simulation::Lanes>(lower)))

#undef _tile_loadd
#undef _tile_stored
#undef _tile_zero
#undef _tile_dpbf16ps
#define _tile_loadconfig simulation::configure
#define _tile_release simulation::release
#define _tile_zero simulation::zero
#define _tile_loadd simulation::loadTile
#define _tile_stored simulation::storeTile
#define _tile_dpbf16ps simulation::dotTiles
