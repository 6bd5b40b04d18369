// Sums in float64, one for each lane of a Vector. They are two vectors of the machine's own width:
// GCC stores one of twice that width in memory, where each addition waits for the previous write.
#pragma once
#include "simd.h"

typedef double HalfDoubles __attribute__((vector_size(VECTOR_BYTES)));
typedef float HalfVector __attribute__((vector_size(VECTOR_BYTES / 2)));

/** The first half of the lanes, and the second. */
struct Doubles {
  HalfDoubles low;
  HalfDoubles high;
};

INLINE Doubles operator+(Doubles a, Doubles b) { return {a.low + b.low, a.high + b.high}; }
INLINE Doubles operator-(Doubles a, Doubles b) { return {a.low - b.low, a.high - b.high}; }
INLINE Doubles operator*(Doubles a, Doubles b) { return {a.low * b.low, a.high * b.high}; }
INLINE Doubles operator+(Doubles a, double b) { return {a.low + b, a.high + b}; }
INLINE Doubles operator-(double a, Doubles b) { return {a - b.low, a - b.high}; }
INLINE Doubles operator*(Doubles a, double b) { return {a.low * b, a.high * b}; }
INLINE Doubles operator/(Doubles a, double b) { return {a.low / b, a.high / b}; }
INLINE Doubles& operator+=(Doubles& a, Doubles b) { return a = a + b; }

#if VECTOR_BYTES == 16
#define LOW_LANES 0, 1
#define HIGH_LANES 2, 3
#elif VECTOR_BYTES == 32
#define LOW_LANES 0, 1, 2, 3
#define HIGH_LANES 4, 5, 6, 7
#else
#define LOW_LANES 0, 1, 2, 3, 4, 5, 6, 7
#define HIGH_LANES 8, 9, 10, 11, 12, 13, 14, 15
#endif

INLINE Doubles widened(Vector x) {
  return {__builtin_convertvector(__builtin_shufflevector(x, x, LOW_LANES), HalfDoubles),
          __builtin_convertvector(__builtin_shufflevector(x, x, HIGH_LANES), HalfDoubles)};
}

INLINE Vector narrowed(Doubles x) {
  return __builtin_shufflevector(__builtin_convertvector(x.low, HalfVector), __builtin_convertvector(x.high, HalfVector),
                                 LOW_LANES, HIGH_LANES);
}

/** u minus the nearest integer, for each lane; 0 where float64 has no digits after the point. */
INLINE HalfDoubles fractionOf(HalfDoubles u) {
  // Added to a number below 2^51, it leaves the nearest integer after it is subtracted again.
  constexpr double TO_WHOLE = 6755399441055744.0;
  constexpr double LIMIT = 2251799813685248.0;
  const HalfDoubles whole = (u + TO_WHOLE) - TO_WHOLE;
  return u * u < LIMIT * LIMIT ? u - whole : u - u;
}

INLINE Doubles fractionOf(Doubles u) { return {fractionOf(u.low), fractionOf(u.high)}; }

/** The rounding error of `product` = a b. */
INLINE Vector lostByRounding(Vector a, Vector b, Vector product) {
#ifdef ROUNDS_PRODUCTS
  return narrowed(widened(a) * widened(b) - widened(product));
#else
  return multiplyAdd(a, b, -product);
#endif
}

/** The sum of the lanes, from the first to the last. */
INLINE double sumOfLanes(Doubles x) {
  double sum = x.low[0];
  for (Size lane = 1; lane < WIDTH / 2; lane++) sum += x.low[lane];
  for (Size lane = 0; lane < WIDTH / 2; lane++) sum += x.high[lane];
  return sum;
}
