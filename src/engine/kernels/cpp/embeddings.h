// Embeddings of numbers: each of the f first inputs of an example becomes d numbers; the k other
// inputs follow them unchanged. X is (m, f + k), E is (m, f d + k).
#pragma once
#include "columns.h"
#include "math.h"

namespace embeddings {

// A number of E costs as much as this many numbers that are only copied.
constexpr Size NUMBER_COST = 4;

/** The inputs that are not embedded. */
INLINE void copyOthers(float* e, const float* x, Size k) {
  forEachVector(k, [&](Size at, auto lanes) { lanes.store(e + at, load(x + at)); });
}

/**
 * w x + b minus the nearest integer. In float64: float32 would lose the digits after the point of a
 * phase of hundreds of turns.
 */
INLINE Vector phase(Vector w, float x, Vector b) {
  return narrowed(fractionOf(widened(w) * double(x) + widened(b)));
}

/** Where a number is among the edges of its column. */
struct Place {
  /** The bin. Numbers outside the edges are in the first or in the last one. */
  Size bin;
  /** The position in the bin: 0 to 1 between its edges. */
  float position;
};

INLINE Place placeOf(float x, const float* edges, Size bins) {
  Size bin = 0;
  for (Size edge = 1; edge < bins; edge++) bin += edges[edge] <= x;
  return {bin, (x - edges[bin]) / (edges[bin + 1] - edges[bin])};
}

}  // namespace embeddings

/** E := s C + t, where C of input j is (x_j, cos(2 pi (w_j x_j + b_j))). */
KERNEL void cosine(float* E, const float* X, const float* w, const float* b, const float* s, const float* t, Size m,
                   Size k, Size f, Size d) {
  const Size waves = d - 1;
  parallelForRows(m, embeddings::NUMBER_COST * f * d + k, [=](Size i) {
    const float* x = X + i * (f + k);
    float* e = E + i * (f * d + k);
    for (Size j = 0; j < f; j++) {
      const float *factor = s + j * d, *shift = t + j * d;
      e[j * d] = factor[0] * x[j] + shift[0];
      forEachVector(waves, [&](Size at, auto lanes) {
        const Vector r = embeddings::phase(load(w + j * waves + at), x[j], load(b + j * waves + at));
        const Vector C = cosineOfTurn(r);
        lanes.store(e + j * d + 1 + at, multiplyAdd(load(factor + 1 + at), C, load(shift + 1 + at)));
      });
    }
    embeddings::copyOthers(e + f * d, x + f, k);
  });
}

/**
 * dw, db, ds, dt := scale · the sums over the examples of the gradients through `cosine`. One
 * thread sums a number, in the order of the examples.
 */
KERNEL void cosineGradient(float* dw, float* db, float* ds, float* dt, const float* dE, const float* X, const float* w,
                           const float* b, const float* s, Size m, Size k, Size f, Size d, double scale) {
  constexpr float TURN = 6.2831855f;
  const Size waves = d - 1;
  parallelForRange(f, 1, embeddings::NUMBER_COST * m * f * d, [=](Range columns) {
    for (Size j = columns.from; j < columns.to; j++) {
      const auto input = [&](Size i) { return X[i * (f + k) + j]; };
      const float* gradients = dE + j * d;
      const Size stride = f * d + k;
      double byFactor = 0, byShift = 0;
      for (Size i = 0; i < m; i++) {
        byFactor += double(gradients[i * stride]) * input(i);
        byShift += gradients[i * stride];
      }
      ds[j * d] = float(scale * byFactor);
      dt[j * d] = float(scale * byShift);
      forEachVector(waves, [&](Size at, auto lanes) {
        const Vector frequency = load(w + j * waves + at), start = load(b + j * waves + at);
        const Sums<4> sums = sumInBlocks<4>(m, [&](Size i, Vector(&partial)[4]) {
          const Vector gradient = load(gradients + i * stride + 1 + at);
          const Vector r = embeddings::phase(frequency, input(i), start);
          const Vector slope = gradient * sineOfTurn(r);
          partial[0] = multiplyAdd(slope, splat(input(i)), partial[0]);
          partial[1] += slope;
          partial[2] = multiplyAdd(gradient, cosineOfTurn(r), partial[2]);
          partial[3] += gradient;
        });
        const Vector inner = load(s + j * d + 1 + at) * -TURN;
        lanes.store(dw + j * waves + at, inner * narrowed(sums.of[0] * scale));
        lanes.store(db + j * waves + at, inner * narrowed(sums.of[1] * scale));
        lanes.store(ds + j * d + 1 + at, narrowed(sums.of[2] * scale));
        lanes.store(dt + j * d + 1 + at, narrowed(sums.of[3] * scale));
      });
    }
  });
}

/**
 * E := slope x + intercept + V q(x), where the bins below that of x_j have q = 1, its own has its
 * position, and those above have 0. `below` (bins, d) is scratch: for each bin, the sum of V over
 * the bins of its column below it.
 */
KERNEL void piecewiseLinear(float* E, const float* X, const float* edges, const int* starts, const float* slope,
                            const float* intercept, const float* V, float* below, Size m, Size k, Size f, Size d,
                            Size bins) {
  parallelForRange(f, 1, bins * d, [=](Range columns) {
    for (Size j = columns.from; j < columns.to; j++) {
      forEachVector(d, [&](Size at, auto lanes) {
        Vector sum{};
        for (Size bin = Size(starts[j]); bin < Size(starts[j + 1]); bin++) {
          lanes.store(below + bin * d + at, sum);
          sum += load(V + bin * d + at);
        }
      });
    }
  });
  parallelForRows(m, embeddings::NUMBER_COST * f * d + k, [=](Size i) {
    const float* x = X + i * (f + k);
    float* e = E + i * (f * d + k);
    for (Size j = 0; j < f; j++) {
      const Size first = Size(starts[j]);
      const auto [bin, position] = embeddings::placeOf(x[j], edges + first + j, Size(starts[j + 1]) - first);
      const Size row = (first + bin) * d;
      const Vector number = splat(x[j]), part = splat(position);
      forEachVector(d, [&](Size at, auto lanes) {
        const Vector line = multiplyAdd(load(slope + j * d + at), number, load(intercept + j * d + at));
        const Vector bend = multiplyAdd(load(V + row + at), part, load(below + row + at));
        lanes.store(e + j * d + at, line + bend);
      });
    }
    embeddings::copyOthers(e + f * d, x + f, k);
  });
}

/**
 * dslope, dintercept, dV := scale · the sums over the examples of the gradients through
 * `piecewiseLinear`. `inBin` (bins, d) is scratch: the sum of dE over the examples of each bin. One
 * thread sums a number, in the order of the examples.
 */
KERNEL void piecewiseLinearGradient(float* dslope, float* dintercept, float* dV, float* inBin, const float* dE,
                                    const float* X, const float* edges, const int* starts, Size m, Size k, Size f,
                                    Size d, Size bins, double scale) {
  parallelForRange(f, 1, embeddings::NUMBER_COST * (m * f + bins) * d, [=](Range columns) {
    for (Size j = columns.from; j < columns.to; j++) {
      const auto input = [&](Size i) { return X[i * (f + k) + j]; };
      const Size first = Size(starts[j]), last = Size(starts[j + 1]);
      const float* gradients = dE + j * d;
      const Size stride = f * d + k;
      forEachVector((last - first) * d, [&](Size at, auto lanes) {
        lanes.store(dV + first * d + at, Vector{});
        lanes.store(inBin + first * d + at, Vector{});
      });
      for (Size i = 0; i < m; i++) {
        const auto [bin, position] = embeddings::placeOf(input(i), edges + first + j, last - first);
        const Size row = (first + bin) * d;
        const Vector part = splat(position);
        forEachVector(d, [&](Size at, auto lanes) {
          const Vector gradient = load(gradients + i * stride + at);
          lanes.store(dV + row + at, multiplyAdd(gradient, part, load(dV + row + at)));
          lanes.store(inBin + row + at, load(inBin + row + at) + gradient);
        });
      }
      forEachVector(d, [&](Size at, auto lanes) {
        Vector above{};
        for (Size bin = last; bin-- > first;) {
          const Vector own = load(dV + bin * d + at);
          lanes.store(dV + bin * d + at, float(scale) * (own + above));
          above += load(inBin + bin * d + at);
        }
        const Sums<2> sums = sumInBlocks<2>(m, [&](Size i, Vector(&partial)[2]) {
          const Vector gradient = load(gradients + i * stride + at);
          partial[0] = multiplyAdd(gradient, splat(input(i)), partial[0]);
          partial[1] += gradient;
        });
        lanes.store(dslope + j * d + at, narrowed(sums.of[0] * scale));
        lanes.store(dintercept + j * d + at, narrowed(sums.of[1] * scale));
      });
    }
  });
}
