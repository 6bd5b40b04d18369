// The three products of a layer and the gradient of its bias, on matrices stored row by row. With
// `bfloat16` the factors are rounded to it.
#pragma once
#include "activations.h"
#include "columns.h"
#include "matmul.h"

namespace matmul {

/** Z (m, n) := X (m, k) W (k, n) + b, or + Z where b is null. */
INLINE Product affineProduct(float* Z, const float* W, const float* X, const float* b, Size m, Size k, Size n, bool bfloat16) {
  return {Z, n, {X, k, 1}, {W, n, 1}, b ? b : Z, b ? 0 : n, m, k, n, 1, bfloat16};
}

/** dA (m, k) := dZ (m, n) W^T (n, k). */
INLINE Product inputGradientProduct(float* dA, const float* W, const float* dZ, Size m, Size k, Size n, bool bfloat16) {
  return {dA, k, {dZ, n, 1}, {W, 1, n}, nullptr, 0, m, n, k, 1, bfloat16};
}

}  // namespace matmul

/** Z (m, n) := A (m, k) W (k, n) + b, or + Z where b is null. */
KERNEL void affine(bool bfloat16, float* Z, const float* W, const float* A, const float* b, Size m, Size k, Size n) {
  matmul::multiply(matmul::affineProduct(Z, W, A, b, m, k, n, bfloat16));
}

/** Z := affine of X, and A := g(Z) while Z is cached; A may be Z. */
KERNEL void affineActivate(bool bfloat16, Size activation, float* A, float* Z, const float* W, const float* X,
                           const float* b, Size m, Size k, Size n) {
  const auto apply = activation::FUNCTIONS[activation].apply;
  matmul::multiply(matmul::affineProduct(Z, W, X, b, m, k, n, bfloat16),
                   [=](float* z, Size rows, Size columns) { apply(A + (z - Z), z, {rows, columns, n}); });
}

/** dW (k, n) := scale · A^T (k, m) dZ (m, n). */
KERNEL void weightGradient(bool bfloat16, float* dW, const float* dZ, const float* A, Size m, Size k, Size n,
                           float scale) {
  matmul::multiply({dW, n, {A, 1, k}, {dZ, n, 1}, nullptr, 0, k, m, n, scale, bfloat16});
}

/** dA (m, k) := dZ (m, n) W^T (n, k). */
KERNEL void inputGradient(bool bfloat16, float* dA, const float* W, const float* dZ, Size m, Size k, Size n) {
  matmul::multiply(matmul::inputGradientProduct(dA, W, dZ, m, k, n, bfloat16));
}

/** inputGradient, and dY := dA g'(Y) while dA is cached, with A = g(Y); dY may be dA. */
KERNEL void inputGradientThrough(bool bfloat16, Size activation, float* dY, float* dA, const float* W, const float* dZ,
                                 const float* Y, const float* A, Size m, Size k, Size n) {
  const auto applyGradient = activation::FUNCTIONS[activation].applyGradient;
  matmul::multiply(matmul::inputGradientProduct(dA, W, dZ, m, k, n, bfloat16),
                   [=](float* da, Size rows, Size columns) {
                     const Size at = Size(da - dA);
                     applyGradient(dY + at, da, Y + at, A + at, {rows, columns, k});
                   });
}

/** db (n) := scale · the sum of the rows of dZ (m, n). */
KERNEL void biasGradient(float* db, const float* dZ, Size m, Size n, float scale) {
  sumColumns(
      m, n, [=](Size i, Size unit) { return load(dZ + i * n + unit); },
      [=](Size unit, Doubles sum, auto lanes) { lanes.store(db + unit, narrowed(sum * double(scale))); });
}
