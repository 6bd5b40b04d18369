#pragma once
#include "blocks.h"

namespace matmul {

/**
 * out (rows, columns) := base + factor · left (rows, depth) right (depth, columns); `base` (rows,
 * columns) or null.
 */
struct Product {
  float* out;
  /** Between rows of `out`. */
  Size outStride;
  Matrix left;
  Matrix right;
  const float* base;
  /** Between rows of `base`: 0 where it is one row for all. */
  Size baseStride;
  Size rows;
  Size depth;
  Size columns;
  float factor;
  /** Whether the numbers of left and right are rounded to bfloat16 as they are packed. */
  bool bfloat16;
};

}  // namespace matmul
