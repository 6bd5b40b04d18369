// Elementary functions of vectors, to one or two units in the last place of float32. NaN gives NaN;
// infinities give the limits. The polynomials were fitted (weighted least squares with Lawson's
// iteration) to the relative error on the named interval.
#pragma once
#include "doubles.h"

constexpr float LOG2_E = 1.44269504f;
// ln 2 in two parts: the first has so few bits that its product with an integer of up to 8 bits is
// exact.
constexpr float LN2_HIGH = 0.693359375f;
constexpr float LN2_LOW = -2.12194440e-4f;

template <Size COUNT>
INLINE Vector polynomial(Vector x, const float (&coefficients)[COUNT]) {
  Vector sum = splat(coefficients[COUNT - 1]);
  for (Size i = COUNT - 1; i-- > 0;) sum = multiplyAdd(sum, x, splat(coefficients[i]));
  return sum;
}

/** x = exponent ln 2 + rest with |rest| <= ln 2 / 2; growth is e^rest - 1. */
struct Reduced {
  Words exponent;
  Vector growth;
};

/** Requires |x| < 2^21. */
INLINE Reduced reduceExponent(Vector x) {
  // Added to a number below 2^22, it leaves the nearest integer in the low bits.
  const Vector toWhole = splat(12582912.0f);
  // e^r = 1 + r + r^2 q(r), relative error 1.4e-8.
  constexpr float q[] = {0.49999997f, 0.16666539f, 0.041667223f, 0.008367181f, 0.0013882396f};
  const Vector shifted = multiplyAdd(x, splat(LOG2_E), toWhole);
  const Vector whole = shifted - toWhole;
  Vector rest = multiplyAdd(whole, splat(-LN2_HIGH), x);
  rest = multiplyAdd(whole, splat(-LN2_LOW), rest);
  return {bitsOf(shifted) - bitsOf(toWhole), multiplyAdd(rest * rest, polynomial(rest, q), rest)};
}

/** 2^exponent for -126 <= exponent <= 127. */
INLINE Vector powerOfTwo(Words exponent) { return withBits((exponent + 127u) << 23); }

/** e^x. */
INLINE Vector exponential(Vector x) {
  const Reduced reduced = reduceExponent(atLeast(atMost(x, splat(89.0f)), splat(-104.0f)));
  // In two steps, because 2^128 and the powers below 2^-126 are not normal numbers, while the
  // product may be one.
  const Words half = (Words)((Integers)reduced.exponent >> 1);
  return (1.0f + reduced.growth) * powerOfTwo(half) * powerOfTwo(reduced.exponent - half);
}

/** e^x - 1 for x <= 0. */
INLINE Vector exponentialMinusOne(Vector x) {
  const Reduced reduced = reduceExponent(atLeast(x, splat(-40.0f)));
  const Vector power = powerOfTwo(reduced.exponent);
  return multiplyAdd(power, reduced.growth, power - 1.0f);
}

/** ln x for normal x > 0; NaN for NaN, infinity for infinity. */
INLINE Vector logarithm(Vector x) {
  // ln(1 + f) = f - f^2/2 + f^3 q(f) for sqrt(1/2) <= 1 + f <= sqrt(2), relative error 6e-9.
  constexpr float q[] = {0.3333333f,   -0.2500082f,  0.20001227f, -0.16623357f,
                         0.14201757f,  -0.13160183f, 0.12761576f, -0.07634497f};
  constexpr Word rootOfHalf = 0x3f3504f3u;
  const Integers exponent = (Integers)(bitsOf(x) - rootOfHalf) >> 23;
  const Vector f = withBits(bitsOf(x) - ((Words)exponent << 23)) - 1.0f;
  const Vector power = __builtin_convertvector(exponent, Vector);
  const Vector square = f * f;
  Vector tail = multiplyAdd(square * f, polynomial(f, q), power * LN2_LOW);
  tail = multiplyAdd(square, splat(-0.5f), tail);
  const Vector sum = multiplyAdd(power, splat(LN2_HIGH), tail + f);
  return x < __builtin_inff() ? sum : x;
}

/** ln(1 + x) for 0 <= x <= 1, as 2 atanh(x / (2 + x)). */
INLINE Vector logarithmOfOnePlus(Vector x) {
  // atanh(s) = s + s^3 q(s^2) for s <= 1/3, relative error 1.1e-10.
  constexpr float q[] = {0.33333337f, 0.19999439f, 0.14308442f, 0.10713829f, 0.121504664f};
  const Vector s = x / (x + 2.0f);
  const Vector square = s * s;
  return 2.0f * multiplyAdd(square * s, polynomial(square, q), s);
}

/**
 * 1 / (1 + e^-x) and its difference to 1, by the power that cannot overflow: neither loses digits.
 */
struct Logistic {
  Vector value;
  Vector rest;
};

INLINE Logistic logisticParts(Vector x) {
  const Vector power = exponential(-magnitude(x));
  const Vector large = 1.0f / (1.0f + power);
  const Vector small = power / (1.0f + power);
  return {x < 0.0f ? small : large, x < 0.0f ? large : small};
}

INLINE Vector logistic(Vector x) { return logisticParts(x).value; }

INLINE Vector hyperbolicTangent(Vector x) {
  const Vector fall = exponentialMinusOne(-2.0f * magnitude(x));
  return withSign(fall / (fall + 2.0f), x);
}

/** ln(1 + e^x) without a threshold. */
INLINE Vector softplusOf(Vector x) {
  return atLeast(x, Vector{}) + logarithmOfOnePlus(exponential(-magnitude(x)));
}

/** The standard normal distribution: P(X <= x), and its density at x. */
struct Normal {
  Vector probability;
  Vector density;
};

/**
 * The left tail has full relative accuracy: P(X <= -t) = e^(-t^2/2) Q(t) with Q smooth (Shepherd
 * and Laframboise 1981).
 */
INLINE Normal normalDistribution(Vector x) {
  // (1 + t) Q(t) in (t - 3.5) / (t + 3.5) for 0 <= t <= 16, relative error 1.5e-8.
  constexpr float q[] = {0.47855318f,    -0.097712606f, 0.00078737916f, 0.038048703f,   -0.030262958f,
                         0.010370507f,   0.00029261172f, -0.0013867408f, 9.849164e-05f, 0.00014885522f};
  constexpr float rootOfTwoPi = 0.39894228f;
  const Vector t = atMost(magnitude(x), splat(16.0f));
  const Vector half = 0.5f * t;
  const Vector exponent = half * t;
  // The rounding error of the exponent, which e^ would amplify.
  const Vector lost = lostByRounding(half, t, exponent);
  const Vector power = exponential(-exponent);
  const Vector bell = multiplyAdd(-power, lost, power);
  const Vector tail = bell * (polynomial((t - 3.5f) / (t + 3.5f), q) / (1.0f + t));
  return {x > 0.0f ? 1.0f - tail : tail, bell * rootOfTwoPi};
}

/** sin(2 pi a) for |a| <= 1/4. */
INLINE Vector sineOfQuarterTurn(Vector a) {
  // a q(a^2), relative error 5.4e-9.
  constexpr float q[] = {6.2831855f, -41.34168f, 81.602234f, -76.57499f, 39.710907f};
  return a * polynomial(a * a, q);
}

/** cos(2 pi r) for |r| <= 1/2. */
INLINE Vector cosineOfTurn(Vector r) { return sineOfQuarterTurn(0.25f - magnitude(r)); }

/** sin(2 pi r) for |r| <= 1/2. */
INLINE Vector sineOfTurn(Vector r) {
  const Vector size = magnitude(r);
  return sineOfQuarterTurn(withSign(atMost(size, 0.5f - size), r));
}
