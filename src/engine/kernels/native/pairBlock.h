#pragma once
#include <cstddef>

/** A block of numbers to be packed: element (i, j) lies at i * rowStride + j * columnStride; one of the strides is 1. */
struct NumberBlock {
  const float* at;
  size_t rowStride;
  size_t columnStride;
  size_t rows;
  size_t columns;
};

/** Rounds the block to bfloat16 and packs it as pairs along the depth: the columns of a left one, the rows of a right one. */
using PackPairs = void (*)(float* packed, const NumberBlock& block);

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

/** What an instruction set has for products of bfloat16. */
struct PairKernels {
  PackPairs packLeft;
  PackPairs packRight;
  MultiplyPairs multiply;
};
