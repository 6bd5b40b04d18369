// The products of a matrix with its own transpose. They are symmetric: the numbers on and above the
// diagonal are computed, which is half of the work, and copied to the other side.
#pragma once
#include "matmul.h"

namespace matmul {

/** Copies the numbers above the diagonal of A (n, n) in the columns to those below it. */
INLINE void mirrorColumns(float* A, Size n, Range columns) {
  for (Size j = columns.from; j < columns.to; j += SQUARE) {
    Size i = 0;
    if (j + SQUARE <= columns.to) {
      for (; i + SQUARE <= j + SQUARE; i += SQUARE) turnSquare(A + j * n + i, n, A + i * n + j, n);
    }
    for (Size below = j; below < smaller(j + SQUARE, columns.to); below++) {
      for (Size at = i; at < below; at++) A[below * n + at] = A[at * n + below];
    }
  }
}

/** The end of the first columns of an (n, n) triangle that have this share of its numbers. */
INLINE Size columnsOfShare(Size n, Size share, Size shares) {
  if (share == shares) return n;
  const Size columns = Size(double(n) * __builtin_sqrt(double(share) / double(shares)));
  return smaller(n, (columns + LINE_NUMBERS / 2) / LINE_NUMBERS * LINE_NUMBERS);
}

/** A (n, n) := left (n, depth) left^T, where `right` (depth, n) is left^T. */
INLINE void multiplySymmetric(float* A, Matrix left, Matrix right, Size n, Size depth, bool bfloat16) {
  const Size worth = n * n / 2 * (depth + WRITE_COST) / MULTIPLY_ADDS_PER_CHUNK;
  const Size parts = worth > 1 ? smaller(smaller(THREADS(), worth), (n + LINE_NUMBERS - 1) / LINE_NUMBERS) : 1;
  const auto partOf = [=](Size part) -> Product {
    const Size from = columnsOfShare(n, part, parts), to = columnsOfShare(n, part + 1, parts);
    return {A + from, n, left, right.from(0, from), nullptr, 0, to, depth, to - from, 1, bfloat16};
  };
  computeParts(bfloat16, parts, partOf, [=](const Product& part, auto blocks) {
    const Size from = Size(part.out - A);
    multiplyBlocks(part, blocks, [=](Size row, Size column) { return UpperTiles{row, from + column}; }, LeaveIt{});
    mirrorColumns(A, n, {from, from + part.columns});
  });
}

}  // namespace matmul

/** A (n, n) := X^T (n, k) X (k, n). */
KERNEL void gramOfUnits(bool bfloat16, float* A, const float* X, Size k, Size n) {
  matmul::multiplySymmetric(A, {X, 1, n}, {X, n, 1}, n, k, bfloat16);
}

/** A (k, k) := X (k, n) X^T (n, k). */
KERNEL void gramOfInputs(bool bfloat16, float* A, const float* X, Size k, Size n) {
  matmul::multiplySymmetric(A, {X, n, 1}, {X, 1, n}, k, n, bfloat16);
}
