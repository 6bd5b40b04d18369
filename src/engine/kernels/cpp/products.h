// The three products of a layer and the gradient of its bias, rows lying one after another. With `bfloat16` the matrices that are
// multiplied are rounded to it.
#pragma once
#include "columns.h"
#include "matmul.h"

/** Z (m, n) := A (m, k) W (k, n) + b. */
KERNEL void affine(float* Z, const float* W, const float* A, const float* b, Size m, Size k, Size n,
                   bool bfloat16) {
  matmul::multiply({Z, n, {A, k, 1}, {W, n, 1}, b, m, k, n, 1, bfloat16});
}

/** dW (k, n) := scale · A^T (k, m) dZ (m, n). */
KERNEL void weightGradient(float* dW, const float* dZ, const float* A, Size m, Size k, Size n, float scale,
                           bool bfloat16) {
  matmul::multiply({dW, n, {A, 1, k}, {dZ, n, 1}, nullptr, k, m, n, scale, bfloat16});
}

/** dA (m, k) := dZ (m, n) W^T (n, k). */
KERNEL void inputGradient(float* dA, const float* W, const float* dZ, Size m, Size k, Size n, bool bfloat16) {
  matmul::multiply({dA, k, {dZ, n, 1}, {W, 1, n}, nullptr, m, n, k, 1, bfloat16});
}

/** db (n) := scale · the sum of the rows of dZ (m, n). */
KERNEL void biasGradient(float* db, const float* dZ, Size m, Size n, float scale) {
  sumColumns(
      m, n, [=](Size i, Size unit) { return load(dZ + i * n + unit); },
      [=](Size unit, Doubles sum, auto lanes) { lanes.store(db + unit, narrowed(sum * double(scale))); });
}
