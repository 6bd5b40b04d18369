// The vector, and the few operations on it that differ between compilers. All other code uses the
// vector extensions that GCC and clang share, so one source serves every width: VECTOR_BYTES is 16
// (WebAssembly, NEON), 32 (AVX2) or 64 (AVX-512).
#pragma once

#ifndef VECTOR_BYTES
#define VECTOR_BYTES 16
#endif

#define INLINE inline __attribute__((always_inline))

using Size = decltype(sizeof(0));
using Word = unsigned int;

// Numbers in a vector. Kernels may read, but never write, up to READ_AHEAD numbers past the end of
// a matrix: the arena has them.
constexpr Size WIDTH = VECTOR_BYTES / sizeof(float);
constexpr Size READ_AHEAD = 2 * WIDTH;

typedef float Vector __attribute__((vector_size(VECTOR_BYTES)));
typedef int Integers __attribute__((vector_size(VECTOR_BYTES)));
typedef Word Words __attribute__((vector_size(VECTOR_BYTES)));
typedef float UnalignedVector __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));

INLINE Vector load(const float* from) { return *reinterpret_cast<const UnalignedVector*>(from); }
INLINE void store(float* to, Vector x) { *reinterpret_cast<UnalignedVector*>(to) = x; }

/** Writes the first `lanes` (0 < lanes < WIDTH) numbers of x. */
#if defined(__AVX512F__) && VECTOR_BYTES == 64
INLINE void storeFirst(float* to, Vector x, Size lanes) { _mm512_mask_storeu_ps(to, __mmask16((1u << lanes) - 1), x); }
#elif defined(__AVX2__) && VECTOR_BYTES == 32
INLINE void storeFirst(float* to, Vector x, Size lanes) {
  constexpr Integers numbers = {0, 1, 2, 3, 4, 5, 6, 7};
  _mm256_maskstore_ps(to, (__m256i)(numbers < int(lanes)), x);
}
#else
INLINE void storeFirst(float* to, Vector x, Size lanes) {
  for (Size lane = 0; lane < lanes; lane++) to[lane] = x[lane];
}
#endif

#if defined(__AVX512F__) && VECTOR_BYTES == 64
// GCC 12 stores the other form in registers that the sums of a tile need.
INLINE Vector splat(float x) { return _mm512_set1_ps(x); }
#else
// Minus zero preserves the sign of -0; plus zero would not.
INLINE Vector splat(float x) { return x - Vector{}; }
#endif

/** a b + c, rounded once where the machine has such an instruction. */
#if defined(__wasm_relaxed_simd__)
INLINE Vector multiplyAdd(Vector a, Vector b, Vector c) { return __builtin_wasm_relaxed_madd_f32x4(a, b, c); }
#elif defined(__AVX512F__) && VECTOR_BYTES == 64
INLINE Vector multiplyAdd(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
#elif defined(__FMA__) && VECTOR_BYTES == 32
INLINE Vector multiplyAdd(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
#elif defined(__ARM_FEATURE_FMA) && VECTOR_BYTES == 16
INLINE Vector multiplyAdd(Vector a, Vector b, Vector c) { return vfmaq_f32(c, a, b); }
#else
#define ROUNDS_PRODUCTS
INLINE Vector multiplyAdd(Vector a, Vector b, Vector c) { return a * b + c; }
#endif

INLINE Vector squareRoot(Vector x) {
#ifdef __wasm_simd128__
  return __builtin_wasm_sqrt_f32x4(x);
#else
  Vector root;
  for (Size lane = 0; lane < WIDTH; lane++) root[lane] = __builtin_sqrtf(x[lane]);
  return root;
#endif
}

// `atMost` and `atLeast` return NaN where x is NaN, as plain comparisons do. WebAssembly names the
// instructions, because clang compiles comparisons to relaxed ones, which may lose a NaN.
#ifdef __wasm_simd128__
INLINE Vector atMost(Vector x, Vector limit) { return __builtin_wasm_pmin_f32x4(x, limit); }
INLINE Vector atLeast(Vector x, Vector limit) { return __builtin_wasm_pmax_f32x4(x, limit); }
#else
INLINE Vector atMost(Vector x, Vector limit) { return limit < x ? limit : x; }
INLINE Vector atLeast(Vector x, Vector limit) { return x < limit ? limit : x; }
#endif

INLINE Words bitsOf(Vector x) { return (Words)x; }
INLINE Vector withBits(Words bits) { return (Vector)bits; }
constexpr Word SIGN = 0x80000000u;
INLINE Vector magnitude(Vector x) { return withBits(bitsOf(x) & ~SIGN); }
/** |x| with the sign of `sign`. */
INLINE Vector withSign(Vector x, Vector sign) { return withBits((bitsOf(x) & ~SIGN) | (bitsOf(sign) & SIGN)); }
/** -1, 0, 1, or x itself where it is zero or NaN. */
INLINE Vector signOf(Vector x) { return x > 0.0f ? splat(1.0f) : x < 0.0f ? splat(-1.0f) : x; }

INLINE float largestLane(Vector x) {
  float largest = x[0];
  for (Size lane = 1; lane < WIDTH; lane++) largest = x[lane] <= largest ? largest : x[lane];
  return largest;
}

/** 0, 1, 2, … */
INLINE Words laneNumbers() {
  Words numbers{};
  for (Size lane = 0; lane < WIDTH; lane++) numbers[lane] = Word(lane);
  return numbers;
}

// Transposition is by squares of 4 x 4, for any width.
constexpr Size SQUARE = 4;
typedef float Quad __attribute__((vector_size(16)));
typedef float UnalignedQuad __attribute__((vector_size(16), aligned(4), may_alias));

/** to (4, 4) := from (4, 4) transposed; the strides are between rows. */
INLINE void turnSquare(float* to, Size toStride, const float* from, Size fromStride) {
  const auto row = [&](Size i) -> Quad { return *reinterpret_cast<const UnalignedQuad*>(from + i * fromStride); };
  const Quad low = __builtin_shufflevector(row(0), row(1), 0, 4, 1, 5);
  const Quad high = __builtin_shufflevector(row(0), row(1), 2, 6, 3, 7);
  const Quad nextLow = __builtin_shufflevector(row(2), row(3), 0, 4, 1, 5);
  const Quad nextHigh = __builtin_shufflevector(row(2), row(3), 2, 6, 3, 7);
  const auto write = [&](Size i, Quad x) { *reinterpret_cast<UnalignedQuad*>(to + i * toStride) = x; };
  write(0, __builtin_shufflevector(low, nextLow, 0, 1, 4, 5));
  write(1, __builtin_shufflevector(low, nextLow, 2, 3, 6, 7));
  write(2, __builtin_shufflevector(high, nextHigh, 0, 1, 4, 5));
  write(3, __builtin_shufflevector(high, nextHigh, 2, 3, 6, 7));
}

/** A whole vector of a matrix: all lanes are valid. */
struct AllLanes {
  INLINE void store(float* to, Vector x) const { ::store(to, x); }
  INLINE Vector select(Vector x, float) const { return x; }
};

/**
 * The last vector of a row whose length is not a multiple of WIDTH: only the first `count` lanes
 * are the row's.
 */
struct FirstLanes {
  Size count;
  INLINE void store(float* to, Vector x) const { storeFirst(to, x, count); }
  /** x, with `otherwise` in the lanes that are not the row's. */
  INLINE Vector select(Vector x, float otherwise) const { return laneNumbers() < Word(count) ? x : splat(otherwise); }
};

/** Calls `body(at, lanes)` for each vector of `count` numbers. */
template <class Body>
INLINE void forEachVector(Size count, Body body) {
  Size at = 0;
  for (; at + WIDTH <= count; at += WIDTH) body(at, AllLanes{});
  if (at < count) body(at, FirstLanes{count - at});
}
