#pragma once
#include <cstddef>

/**
 * A block of numbers to pack: element (i, j) is at i * rowStride + j * columnStride; one of the
 * strides is 1.
 */
struct NumberBlock {
  const float* at;
  size_t rowStride;
  size_t columnStride;
  size_t rows;
  size_t columns;
};

/**
 * Rounds the block to bfloat16 and packs it as pairs along the depth: the columns of a left block,
 * the rows of a right one.
 */
using PackPairs = void (*)(float* packed, const NumberBlock& block);

/**
 * One block of a product whose matrices are packed as pairs of bfloat16 (cpp/pairLayout.h): out
 * (rows, columns) := base + factor · left right, or factor · left right where `base` is null.
 */
struct PairBlock {
  const float* left;
  const float* right;
  size_t rows;
  size_t columns;
  /** Pairs of the depth, including those of zeros. */
  size_t pairs;
  float* out;
  size_t outStride;
  const float* base;
  /** Between rows of `base`: 0 where one row serves all. */
  size_t baseStride;
  float factor;
};

/**
 * How an instruction set multiplies it. Sums are float32, in an order that the processor chooses.
 * Each implementation is within (depth + 3) · 2^-24 · Σ|a||b| of the exact sum: a product of two
 * bfloat16 numbers (8 bits each) is exact in float32 (24 bits), and each addition rounds by at most
 * 2^-24 of a partial sum (Higham 2002, section 3.1). Two implementations are within twice that of
 * each other. In addition, processors treat numbers, products and sums below 2^-126 as 0, which
 * adds at most 2^-126 · (1 + |a| + |b|) for each term.
 */
using MultiplyPairs = void (*)(const PairBlock& block);

/** The functions of an instruction set for products of bfloat16. */
struct PairKernels {
  PackPairs packLeft;
  PackPairs packRight;
  MultiplyPairs multiply;
};
