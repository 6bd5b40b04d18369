// Batch normalization (Ioffe and Szegedy 2015, torch.nn.BatchNorm1d) and layer normalization (Ba et
// al. 2016, torch.nn.LayerNorm).
#pragma once
#include "columns.h"

namespace normalization {

/**
 * Calls `body(i, unit, lanes)` for each vector of an (m, n) matrix: row i from that unit on.
 * Threads share the rows.
 */
template <class Body>
INLINE void forEachElement(Size m, Size n, Body body) {
  parallelForRows(m, n, [=](Size i) {
    forEachVector(n, [&](Size unit, auto lanes) { body(i, unit, lanes); });
  });
}

/** `value` moved by `momentum` towards `newValue`. */
INLINE Vector moved(Vector value, Vector newValue, float momentum) {
  return multiplyAdd(splat(momentum), newValue - value, value);
}

/** The sum over one row of `term(unit)`, in float64. */
template <class Term>
INLINE double sumUnits(Size n, Term term) {
  Doubles sum{};
  forEachVector(n, [&](Size unit, auto lanes) { sum += widened(lanes.select(term(unit), 0.0f)); });
  return sumOfLanes(sum);
}

}  // namespace normalization

/**
 * Y := gamma (Z - mean) inverseDeviation + beta over the examples. Moves the running statistics
 * towards those of the batch.
 */
KERNEL void batchNormalize(float* Y, const float* Z, const float* gamma, const float* beta, float* mean,
                           float* inverseDeviation, float* runningMean, float* runningVariance, Size m, Size n,
                           float momentum, double epsilon) {
  const double examples = m;
  sumColumns(
      m, n, [=](Size i, Size unit) { return load(Z + i * n + unit); },
      [=](Size unit, Doubles sum, auto lanes) {
        const Vector average = narrowed(sum / examples);
        lanes.store(mean + unit, average);
        lanes.store(runningMean + unit, normalization::moved(load(runningMean + unit), average, momentum));
      });
  sumColumns(
      m, n,
      [=](Size i, Size unit) {
        const Vector distance = load(Z + i * n + unit) - load(mean + unit);
        return distance * distance;
      },
      [=](Size unit, Doubles sum, auto lanes) {
        lanes.store(inverseDeviation + unit, 1.0f / squareRoot(narrowed(sum / examples + epsilon)));
        const Vector unbiased = narrowed(sum / (examples - 1));
        lanes.store(runningVariance + unit, normalization::moved(load(runningVariance + unit), unbiased, momentum));
      });
  normalization::forEachElement(m, n, [=](Size i, Size unit, auto lanes) {
    const Vector normalized = (load(Z + i * n + unit) - load(mean + unit)) * load(inverseDeviation + unit);
    lanes.store(Y + i * n + unit, multiplyAdd(load(gamma + unit), normalized, load(beta + unit)));
  });
}

/** Y := gamma (Z - runningMean) / sqrt(runningVariance + epsilon) + beta; Y may be Z. */
KERNEL void batchNormalizeWithRunning(float* Y, const float* Z, const float* gamma, const float* beta,
                                      const float* runningMean, const float* runningVariance, Size m, Size n,
                                      float epsilon) {
  normalization::forEachElement(m, n, [=](Size i, Size unit, auto lanes) {
    const Vector factor = load(gamma + unit) / squareRoot(load(runningVariance + unit) + epsilon);
    const Vector distance = load(Z + i * n + unit) - load(runningMean + unit);
    lanes.store(Y + i * n + unit, multiplyAdd(factor, distance, load(beta + unit)));
  });
}

/**
 * dbeta, dgamma := scale · the sums of dY and of dY · normalized, and dZ from their means; dZ may
 * be dY.
 */
KERNEL void batchNormalizationGradient(float* dZ, const float* dY, const float* Z, const float* gamma,
                                       const float* mean, const float* inverseDeviation, float* dgamma, float* dbeta,
                                       Size m, Size n, double scale) {
  const auto normalized = [=](Size i, Size unit) {
    return (load(Z + i * n + unit) - load(mean + unit)) * load(inverseDeviation + unit);
  };
  // First the means, which dZ needs; then, in place, the scaled sums.
  sumColumns(
      m, n, [=](Size i, Size unit) { return load(dY + i * n + unit); },
      [=](Size unit, Doubles sum, auto lanes) { lanes.store(dbeta + unit, narrowed(sum / double(m))); });
  sumColumns(
      m, n, [=](Size i, Size unit) { return load(dY + i * n + unit) * normalized(i, unit); },
      [=](Size unit, Doubles sum, auto lanes) { lanes.store(dgamma + unit, narrowed(sum / double(m))); });
  normalization::forEachElement(m, n, [=](Size i, Size unit, auto lanes) {
    const Vector centred = load(dY + i * n + unit) - load(dbeta + unit);
    const Vector direction = multiplyAdd(-normalized(i, unit), load(dgamma + unit), centred);
    lanes.store(dZ + i * n + unit, load(gamma + unit) * load(inverseDeviation + unit) * direction);
  });
  const float sumOverMean = float(scale * double(m));
  forEachVector(n, [&](Size unit, auto lanes) {
    lanes.store(dbeta + unit, sumOverMean * load(dbeta + unit));
    lanes.store(dgamma + unit, sumOverMean * load(dgamma + unit));
  });
}

/** Y := gamma (Z - mean) inverseDeviation + beta over the units of each example. */
KERNEL void layerNormalize(float* Y, const float* Z, const float* gamma, const float* beta, float* mean,
                           float* inverseDeviation, Size m, Size n, double epsilon) {
  const double units = n;
  parallelForRows(m, n, [=](Size i) {
    const float* z = Z + i * n;
    const float average = float(normalization::sumUnits(n, [&](Size unit) { return load(z + unit); }) / units);
    const double variance = normalization::sumUnits(n, [&](Size unit) {
      const Vector distance = load(z + unit) - average;
      return distance * distance;
    }) / units;
    const float inverse = float(1 / __builtin_sqrt(variance + epsilon));
    forEachVector(n, [&](Size unit, auto lanes) {
      const Vector normalized = (load(z + unit) - average) * inverse;
      lanes.store(Y + i * n + unit, multiplyAdd(load(gamma + unit), normalized, load(beta + unit)));
    });
    mean[i] = average;
    inverseDeviation[i] = inverse;
  });
}

/**
 * dgamma, dbeta := scale · the sums of dY · normalized and of dY over the examples, and dZ; dZ may
 * be dY.
 */
KERNEL void layerNormalizationGradient(float* dZ, const float* dY, const float* Z, const float* gamma,
                                       const float* mean, const float* inverseDeviation, float* dgamma, float* dbeta,
                                       Size m, Size n, double scale) {
  const auto normalized = [=](Size i, Size unit) {
    return (load(Z + i * n + unit) - mean[i]) * inverseDeviation[i];
  };
  sumColumns(
      m, n, [=](Size i, Size unit) { return load(dY + i * n + unit); },
      [=](Size unit, Doubles sum, auto lanes) { lanes.store(dbeta + unit, narrowed(sum * scale)); });
  sumColumns(
      m, n, [=](Size i, Size unit) { return load(dY + i * n + unit) * normalized(i, unit); },
      [=](Size unit, Doubles sum, auto lanes) { lanes.store(dgamma + unit, narrowed(sum * scale)); });
  const double units = n;
  parallelForRows(m, n, [=](Size i) {
    const Size row = i * n;
    const auto toUnit = [&](Size unit) { return load(dY + row + unit) * load(gamma + unit); };
    const float meanOfGradient = float(normalization::sumUnits(n, toUnit) / units);
    const float meanOfProduct = float(normalization::sumUnits(n, [&](Size unit) {
      return toUnit(unit) * normalized(i, unit);
    }) / units);
    forEachVector(n, [&](Size unit, auto lanes) {
      const Vector centred = toUnit(unit) - meanOfGradient;
      const Vector direction = multiplyAdd(-normalized(i, unit), splat(meanOfProduct), centred);
      lanes.store(dZ + row + unit, inverseDeviation[i] * direction);
    });
  });
}
