// The activation functions and their derivatives, as PyTorch defines them (torch.nn, default
// parameters). Each is a struct with a position in FUNCTIONS.
#pragma once
#include "math.h"
#include "parallelFor.h"

namespace activation {

constexpr float LEAKY_SLOPE = 0.01f;
// Klambauer et al. 2017, "Self-normalizing neural networks".
constexpr float SELU_SCALE = 1.0507009873554804934193349852946f;
constexpr float SELU_SCALE_ALPHA = 1.0507009873554804934193349852946 * 1.6732632423543772848170429916717;
// Above it softplus is linear, as in torch.nn.Softplus.
constexpr float SOFTPLUS_THRESHOLD = 20.0f;

// `value(z)` is g(z), `slope(z, a)` is g'(z), where a = g(z).

struct Linear {
  static INLINE Vector value(Vector z) { return z; }
  static INLINE Vector slope(Vector, Vector) { return splat(1.0f); }
};

struct Relu {
  static INLINE Vector value(Vector z) { return atLeast(z, Vector{}); }
  static INLINE Vector slope(Vector z, Vector) { return z > 0.0f ? splat(1.0f) : Vector{}; }
};

struct LeakyRelu {
  static INLINE Vector value(Vector z) { return z < 0.0f ? LEAKY_SLOPE * z : z; }
  static INLINE Vector slope(Vector z, Vector) { return z > 0.0f ? splat(1.0f) : splat(LEAKY_SLOPE); }
};

struct Sigmoid {
  static INLINE Vector value(Vector z) { return logistic(z); }
  static INLINE Vector slope(Vector, Vector a) { return a * (1.0f - a); }
};

struct Tanh {
  static INLINE Vector value(Vector z) { return hyperbolicTangent(z); }
  static INLINE Vector slope(Vector, Vector a) { return multiplyAdd(-a, a, splat(1.0f)); }
};

/** z P(X <= z), exact (with the error function). */
struct Gelu {
  static INLINE Vector value(Vector z) { return z * normalDistribution(z).probability; }
  static INLINE Vector slope(Vector z, Vector) {
    const Normal normal = normalDistribution(z);
    return multiplyAdd(z, normal.density, normal.probability);
  }
};

struct Silu {
  static INLINE Vector value(Vector z) { return z * logistic(z); }
  static INLINE Vector slope(Vector z, Vector) {
    const Logistic s = logisticParts(z);
    return s.value * multiplyAdd(z, s.rest, splat(1.0f));
  }
};

struct Elu {
  static INLINE Vector value(Vector z) { return z > 0.0f ? z : exponentialMinusOne(z); }
  static INLINE Vector slope(Vector z, Vector a) { return z > 0.0f ? splat(1.0f) : a + 1.0f; }
};

struct Selu {
  static INLINE Vector value(Vector z) {
    return z > 0.0f ? SELU_SCALE * z : SELU_SCALE_ALPHA * exponentialMinusOne(z);
  }
  static INLINE Vector slope(Vector z, Vector a) { return z > 0.0f ? splat(SELU_SCALE) : a + SELU_SCALE_ALPHA; }
};

struct Softplus {
  static INLINE Vector value(Vector z) { return z > SOFTPLUS_THRESHOLD ? z : softplusOf(z); }
  static INLINE Vector slope(Vector z, Vector) { return z > SOFTPLUS_THRESHOLD ? splat(1.0f) : logistic(z); }
};

/**
 * z tanh(softplus(z)). With e = e^z and w = e (e + 2), tanh(ln(1 + e)) = w / (w + 2), and nothing
 * cancels.
 */
struct Mish {
  // Above it tanh(softplus(z)) is 1 in float32; below it w squared is finite.
  static constexpr float LINE = 20.0f;
  static INLINE Vector value(Vector z) {
    const Vector power = exponential(atMost(z, splat(LINE)));
    const Vector w = power * (power + 2.0f);
    return z * (w / (w + 2.0f));
  }
  static INLINE Vector slope(Vector z, Vector) {
    const Vector power = exponential(atMost(z, splat(LINE)));
    const Vector w = power * (power + 2.0f);
    const Vector whole = w + 2.0f;
    const Vector turn = 4.0f * power * (1.0f + power) / (whole * whole);
    return z > LINE ? splat(1.0f) : multiplyAdd(z, turn, w / whole);
  }
};

/** Part of a matrix: `rows` of `columns` numbers, `stride` between rows. */
struct Part {
  Size rows;
  Size columns;
  Size stride;
};

/** A run of numbers is one row. */
INLINE Part partOf(Range run) { return {1, run.to - run.from, 0}; }

/** Calls `body(at, lanes)` for each vector of the part. */
template <class Body>
INLINE void forEachVectorOf(Part part, Body body) {
  for (Size row = 0; row < part.rows; row++) {
    forEachVector(part.columns, [&](Size column, auto lanes) { body(row * part.stride + column, lanes); });
  }
}

/** A := g(Z); A may be Z. */
template <class Function>
void apply(float* A, const float* Z, Part part) {
  forEachVectorOf(part, [&](Size at, auto lanes) { lanes.store(A + at, Function::value(load(Z + at))); });
}

/** dZ := dA g'(Z); dZ may be dA. */
template <class Function>
void applyGradient(float* dZ, const float* dA, const float* Z, const float* A, Part part) {
  forEachVectorOf(part, [&](Size at, auto lanes) {
    lanes.store(dZ + at, load(dA + at) * Function::slope(load(Z + at), load(A + at)));
  });
}

/** One activation and its gradient, over the same part of several matrices. */
struct Functions {
  void (*apply)(float* A, const float* Z, Part part);
  void (*applyGradient)(float* dZ, const float* dA, const float* Z, const float* A, Part part);
};

template <class Function>
constexpr Functions functionsOf = {apply<Function>, applyGradient<Function>};

/** In the order of ACTIVATIONS in kernels.ts. */
constexpr Functions FUNCTIONS[] = {
    functionsOf<Linear>, functionsOf<Relu>, functionsOf<LeakyRelu>, functionsOf<Sigmoid>,  functionsOf<Tanh>, functionsOf<Gelu>,
    functionsOf<Silu>,   functionsOf<Elu>,  functionsOf<Selu>,      functionsOf<Softplus>, functionsOf<Mish>,
};
constexpr Size COUNT = sizeof(FUNCTIONS) / sizeof(FUNCTIONS[0]);

}  // namespace activation

/** A := g(Z); A may be Z. */
KERNEL void activate(Size activation, float* A, const float* Z, Size count) {
  const auto apply = activation::FUNCTIONS[activation].apply;
  parallelForRange(count, LINE_NUMBERS, count, [=](Range run) { apply(A + run.from, Z + run.from, activation::partOf(run)); });
}

/** dZ := dA g'(Z); dZ may be dA. */
KERNEL void activationGradient(Size activation, float* dZ, const float* dA, const float* Z, const float* A, Size count) {
  const auto applyGradient = activation::FUNCTIONS[activation].applyGradient;
  parallelForRange(count, LINE_NUMBERS, count, [=](Range run) {
    const Size at = run.from;
    applyGradient(dZ + at, dA + at, Z + at, A + at, activation::partOf(run));
  });
}
