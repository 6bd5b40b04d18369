// Losses with their gradients, as torch.nn.functional defines them. Each output's loss is float32;
// sums are float64.
#pragma once
#include "math.h"
#include "parallelFor.h"

namespace loss {

// `value(a, t, parameter)` is the loss of the output a for the target t, `slope` its derivative by
// a.

struct Mse {
  static INLINE Vector value(Vector a, Vector t, float) { return (a - t) * (a - t); }
  static INLINE Vector slope(Vector a, Vector t, float) { return 2.0f * (a - t); }
};

struct Mae {
  static INLINE Vector value(Vector a, Vector t, float) { return magnitude(a - t); }
  static INLINE Vector slope(Vector a, Vector t, float) { return signOf(a - t); }
};

struct Huber {
  static INLINE Vector value(Vector a, Vector t, float delta) {
    const Vector distance = magnitude(a - t);
    return distance <= delta ? 0.5f * distance * distance : delta * (distance - 0.5f * delta);
  }
  static INLINE Vector slope(Vector a, Vector t, float delta) {
    return atLeast(atMost(a - t, splat(delta)), splat(-delta));
  }
};

/** The pinball loss (Koenker and Bassett 1978). */
struct Quantile {
  static INLINE Vector value(Vector a, Vector t, float level) {
    return t > a ? level * (t - a) : (1.0f - level) * (a - t);
  }
  static INLINE Vector slope(Vector a, Vector t, float level) {
    return t > a ? splat(-level) : t < a ? splat(1.0f - level) : a - t;
  }
};

/** a is the logarithm of the rate. */
struct Poisson {
  static INLINE Vector value(Vector a, Vector t, float) { return multiplyAdd(-t, a, exponential(a)); }
  static INLINE Vector slope(Vector a, Vector t, float) { return exponential(a) - t; }
};

/** a is a logit. */
struct BinaryCrossEntropy {
  static INLINE Vector value(Vector a, Vector t, float) { return multiplyAdd(-a, t, softplusOf(a)); }
  static INLINE Vector slope(Vector a, Vector t, float) { return logistic(a) - t; }
};

/**
 * The sum of the weighted losses of `count` outputs; dA (or null) := the weighted slopes.
 * `weight(at)` is a vector.
 */
template <class Loss, class Weight>
INLINE Doubles sumOver(float* dA, const float* A, const float* T, Size count, float parameter, Weight weight) {
  Doubles sum{};
  forEachVector(count, [&](Size at, auto lanes) {
    const Vector a = load(A + at), t = load(T + at), w = weight(at);
    sum += widened(lanes.select(w * Loss::value(a, t, parameter), 0.0f));
    if (dA) lanes.store(dA + at, w * Loss::slope(a, t, parameter));
  });
  return sum;
}

/**
 * Without weights the rows are one run of m n outputs; with one output a row the weights are a run
 * too.
 */
template <class Loss>
INLINE double elementwise(float* dA, const float* A, const float* T, const float* rowWeights, Size m, Size n,
                          float parameter) {
  const float share = 1.0f / float(n);
  if (!rowWeights) {
    return sumOfLanes(sumOver<Loss>(dA, A, T, m * n, parameter, [&](Size) { return splat(share); }));
  }
  if (n == 1) {
    return sumOfLanes(sumOver<Loss>(dA, A, T, m, parameter, [&](Size at) { return load(rowWeights + at); }));
  }
  Doubles sum{};
  for (Size i = 0; i < m; i++) {
    const Vector weight = splat(rowWeights[i] * share);
    sum += sumOver<Loss>(dA ? dA + i * n : nullptr, A + i * n, T + i * n, n, parameter, [&](Size) { return weight; });
  }
  return sumOfLanes(sum);
}

/** The largest of one example's logits, and the sum over them of e^(logit - largest). */
struct PowerSum {
  float largest;
  float sum;
  INLINE double logarithmOfSum() const { return double(largest) + double(logarithm(splat(sum))[0]); }
};

/** The PowerSum of n logits; P (or null) := e^(logit - largest). */
INLINE PowerSum sumPowers(float* P, const float* logits, Size n) {
  Vector largest = splat(-__builtin_inff());
  forEachVector(n, [&](Size at, auto lanes) {
    largest = atLeast(largest, lanes.select(load(logits + at), -__builtin_inff()));
  });
  const float top = largestLane(largest);
  Doubles sum{};
  forEachVector(n, [&](Size at, auto lanes) {
    const Vector power = exponential(load(logits + at) - top);
    sum += widened(lanes.select(power, 0.0f));
    if (P) lanes.store(P + at, power);
  });
  return {top, float(sumOfLanes(sum))};
}

/** Σ_j c[j] (logSum - logit j), with c the class weights or 1. */
INLINE double sumOfLogLosses(const float* logits, const float* classWeights, Size n, double logSum) {
  Doubles sum{};
  forEachVector(n, [&](Size at, auto lanes) {
    const Vector loss = narrowed(logSum - widened(load(logits + at)));
    sum += widened(lanes.select(classWeights ? load(classWeights + at) * loss : loss, 0.0f));
  });
  return sumOfLanes(sum);
}

/**
 * dA (which contains the powers) := shares · softmax - spread · c, with c the class weights or 1.
 */
INLINE void powersToGradient(float* dA, const float* classWeights, Size n, float sharesOverSum, float spread) {
  forEachVector(n, [&](Size at, auto lanes) {
    const Vector share = classWeights ? spread * load(classWeights + at) : splat(spread);
    lanes.store(dA + at, multiplyAdd(splat(sharesOverSum), load(dA + at), -share));
  });
}

INLINE double sumOfWeights(const float* classWeights, Size n) {
  if (!classWeights) return n;
  double sum = 0;
  for (Size j = 0; j < n; j++) sum += classWeights[j];
  return sum;
}

}  // namespace loss

#define LOSS_KERNEL(name, Loss)                                                                                    \
  KERNEL double name(float* dA, const float* A, const float* T, const float* rowWeights, Size m, Size n,           \
                     float parameter) {                                                                            \
    return loss::elementwise<loss::Loss>(dA, A, T, rowWeights, m, n, parameter);                                   \
  }

LOSS_KERNEL(mse, Mse)
LOSS_KERNEL(mae, Mae)
LOSS_KERNEL(huber, Huber)
LOSS_KERNEL(quantile, Quantile)
LOSS_KERNEL(poisson, Poisson)
LOSS_KERNEL(binaryCrossEntropy, BinaryCrossEntropy)

/**
 * Softmax and cross-entropy; T contains class indices, dA is not A. One row, with w its weight, c
 * the class weights, s the smoothing, t its class: w · ((1 - s) c[t] (-log p[t]) + s/n Σ_j c[j]
 * (-log p[j])).
 */
KERNEL double crossEntropy(float* dA, const float* A, const float* T, const float* rowWeights, const float* classWeights,
                           Size m, Size n, double smoothing) {
  const double spread = smoothing / n;
  const double spreadOverAll = spread * loss::sumOfWeights(classWeights, n);
  double total = 0;
  for (Size i = 0; i < m; i++) {
    const float* logits = A + i * n;
    float* gradient = dA ? dA + i * n : nullptr;
    const Size target = Size(T[i]);
    const double weight = rowWeights ? rowWeights[i] : 1.0f;
    const double onTarget = (1 - smoothing) * (classWeights ? classWeights[target] : 1.0f);
    const loss::PowerSum powers = loss::sumPowers(gradient, logits, n);
    const double logSum = powers.logarithmOfSum();
    double losses = onTarget * (logSum - logits[target]);
    if (spread > 0) losses += spread * loss::sumOfLogLosses(logits, classWeights, n, logSum);
    total += weight * losses;
    if (!gradient) continue;
    const float sharesOverSum = float(weight * (onTarget + spreadOverAll) / powers.sum);
    loss::powersToGradient(gradient, classWeights, n, sharesOverSum, float(weight * spread));
    gradient[target] -= float(weight * onTarget);
  }
  return total;
}

/** P (m, n) := softmax of each example's logits A; P may be A. */
KERNEL void softmax(float* P, const float* A, Size m, Size n) {
  parallelForRows(m, n, [=](Size i) {
    float* row = P + i * n;
    const loss::PowerSum powers = loss::sumPowers(row, A + i * n, n);
    forEachVector(n, [&](Size at, auto lanes) { lanes.store(row + at, load(row + at) / powers.sum); });
  });
}
