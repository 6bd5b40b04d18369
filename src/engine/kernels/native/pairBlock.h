#pragma once
#include <cstddef>

/**
 * One block of a product whose matrices are packed as pairs of bfloat16 (cpp/pairLayout.h): out (rows, columns) := base + factor · left right,
 * or factor · left right where `base` is null.
 */
struct PairBlock {
  const float* left;
  const float* right;
  size_t rows;
  size_t columns;
  /** Of the depth, those of zeros included. */
  size_t pairs;
  float* out;
  size_t outStride;
  const float* base;
  /** From row to row of `base`: 0 for one row that serves all. */
  size_t baseStride;
  float factor;
};

/**
 * How an instruction set multiplies it. The sums are of float32, and their order is the processor's own. Each road is within
 * (depth + 3) · 2^-24 · Σ|a||b| of the exact sum, as a product of two numbers of bfloat16 (8 bits each) is exact in float32 (24) and each of
 * the additions rounds by 2^-24 of a partial sum at most (Higham 2002, section 3.1); so two roads are within twice that of each other. What
 * the processors add to it: numbers, products and sums below 2^-126 count as 0, which is 2^-126 · (1 + |a| + |b|) for each term at most.
 */
using MultiplyPairs = void (*)(const PairBlock& block);
