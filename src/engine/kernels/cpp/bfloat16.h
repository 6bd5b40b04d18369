// bfloat16: the upper 16 bits of a float32, with 8 bits of precision and the same range.
#pragma once
#include "simd.h"

/**
 * x rounded to the nearest bfloat16, ties to even, as a float32 whose lower 16 bits are 0. NaN and
 * infinities are unchanged.
 */
INLINE Vector toBfloat16(Vector x) {
  constexpr Word UPPER = 0xffff0000u, QUIET = 0x00400000u;
  const Words bits = bitsOf(x);
  const Words rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) & UPPER;
  // Rounding could carry a NaN over to zero, and truncation could make it an infinity.
  const Words numbers = (Words)(x == x);
  return withBits((rounded & numbers) | (((bits | QUIET) & UPPER) & ~numbers));
}

/** Rounds `count` numbers in place, and those after them up to a whole vector. */
INLINE void roundToBfloat16(float* numbers, Size count) {
  for (Size at = 0; at < count; at += WIDTH) store(numbers + at, toBfloat16(load(numbers + at)));
}
