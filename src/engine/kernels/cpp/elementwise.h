// Kernels over a run of numbers, in one pass each.
#pragma once
#include "doubles.h"
#include "parallelFor.h"

// The rows are scattered in memory: a number costs as much as four contiguous ones.
constexpr Size GATHER_COST = 4;

/** Row i of the target (m, n) := row rows[i] of the source. */
KERNEL void gatherRows(float* target, const float* source, const int* rows, Size m, Size n) {
  parallelForRows(m, GATHER_COST * n, [=](Size i) {
    const float* from = source + Size(rows[i]) * n;
    float* to = target + i * n;
    forEachVector(n, [&](Size at, auto lanes) { lanes.store(to + at, load(from + at)); });
  });
}

/** `mix` of random.ts, for a word or lane by lane. */
template <class Bits>
INLINE Bits mixBits(Bits word) {
  word ^= word >> 16;
  word *= 0x7feb352du;
  word ^= word >> 15;
  word *= 0x846ca68bu;
  return word ^ (word >> 16);
}

/** `dropoutThreshold` of random.ts: rate · 2^32, rounded up, and at most 2^32 - 1. */
INLINE Word dropoutThreshold(double rate) {
  constexpr Word LARGEST = 0xffffffffu;
  const double bits = rate * 4294967296.0;
  if (!(bits < LARGEST)) return LARGEST;
  if (bits <= 0) return 0;
  const Word whole = Word(bits);
  return whole < bits ? whole + 1 : whole;
}

/**
 * target := source / (1 - rate) where the random bits of the element (`dropoutBits` of random.ts)
 * are at least the rate's threshold, else 0.
 */
KERNEL void dropout(float* target, const float* source, Size count, double rate, Word seed, Word counter) {
  constexpr Word step = 0x9e3779b1u;
  const Word threshold = dropoutThreshold(rate);
  const Word key = mixBits(seed ^ mixBits(counter));
  const float factor = float(1 / (1 - rate));
  const Words first = laneNumbers() * step + key;
  parallelForVectors(count, [=](Size at, auto lanes) {
    const Words bits = mixBits(first + Word(at) * step);
    lanes.store(target + at, bits >= threshold ? factor * load(source + at) : Vector{});
  });
}

// A long sum is the sum of its parts. Their number depends on its length alone, so threads can
// share them with the same bits.
constexpr Size NUMBERS_PER_PART = 1 << 16;
constexpr Size MAX_PARTS = 64;

INLINE double sumOfSquaresOf(const float* X, Size count) {
  Doubles sum{};
  forEachVector(count, [&](Size at, auto lanes) {
    const Doubles x = widened(lanes.select(load(X + at), 0.0f));
    sum += x * x;
  });
  return sumOfLanes(sum);
}

/** The sum of squares, in float64. */
KERNEL double sumOfSquares(const float* X, Size count) {
  const Size parts = smaller(MAX_PARTS, count / NUMBERS_PER_PART + 1);
  double sums[MAX_PARTS];
  double* const to = sums;
  parallelForRange(parts, 1, count, [=](Range range) {
    for (Size part = range.from; part < range.to; part++) {
      const Range run = chunkRange(count, LINE_NUMBERS, parts, part);
      to[part] = sumOfSquaresOf(X + run.from, run.to - run.from);
    }
  });
  double sum = 0;
  for (Size part = 0; part < parts; part++) sum += sums[part];
  return sum;
}

/** X := factor X. */
KERNEL void scale(float* X, Size count, float factor) {
  parallelForVectors(count, [=](Size at, auto lanes) { lanes.store(X + at, factor * load(X + at)); });
}

/** X := X / |X|, the Frobenius norm; X = 0 remains 0. In float64, where no 1 / |X| overflows. */
KERNEL void divideByNorm(float* X, Size count) {
  const double norm = __builtin_sqrt(sumOfSquares(X, count));
  if (norm == 0) return;
  const double inverse = 1 / norm;
  parallelForVectors(count, [=](Size at, auto lanes) { lanes.store(X + at, narrowed(widened(load(X + at)) * inverse)); });
}

/** Y := alpha X + beta Y; Y is not read where beta is 0. */
KERNEL void axpby(float* Y, const float* X, Size count, float alpha, float beta) {
  parallelForVectors(count, [=](Size at, auto lanes) {
    const Vector x = alpha * load(X + at);
    lanes.store(Y + at, beta == 0.0f ? x : multiplyAdd(splat(beta), load(Y + at), x));
  });
}

/** dW := dW + l1 sign(W) + l2 W. */
KERNEL void addPenaltyGradient(float* dW, const float* W, Size count, float l1, float l2) {
  parallelForVectors(count, [=](Size at, auto lanes) {
    const Vector w = load(W + at);
    const Vector pull = multiplyAdd(splat(l1), signOf(w), l2 * w);
    lanes.store(dW + at, load(dW + at) + pull);
  });
}
