// The boundary: reads the arguments of one call and checks that each matrix is within the arena.
#pragma once
#include "instructionSet.h"

/** The offset of an absent matrix: NONE of kernels.ts. */
constexpr double ABSENT = -1;
constexpr double MAX_INTEGER = 9007199254740992;

struct RowIndices {
  const int* of;
  /** 1 + the largest. */
  Size bound;
};

/** Every method throws WrongUse for an argument that is not what it reads. */
class Call {
 public:
  explicit Call(const Arena& of) : arena(of), arguments(of.call + 2) {}

  double number(int argument) const { return arguments[argument]; }
  bool flag(int argument) const { return arguments[argument] != 0; }

  /** The low 32 bits of an integer. */
  Word word(int argument) const {
    const double x = arguments[argument];
    if (!(x >= -MAX_INTEGER && x <= MAX_INTEGER)) refuse("A kernel got a word that is not an integer.");
    return Word((long long)x);
  }

  /**
   * A count of rows, units or numbers. At most what the arena has, so that no loop over it runs for
   * hours.
   */
  Size size(int argument) const {
    if (!isIndex(arguments[argument])) refuse("A kernel got a size that is not an integer from 0.");
    if (arguments[argument] > arena.numbers + arena.integers) refuse("A kernel got a size larger than its arena.");
    return Size(arguments[argument]);
  }

  /** The index of an activation, of `count`. */
  Size activation(int argument, Size count) const {
    if (!isIndex(arguments[argument]) || arguments[argument] >= double(count)) refuse("A kernel got an invalid activation index.");
    return Size(arguments[argument]);
  }

  /** A matrix of (rows, columns) numbers. */
  float* matrix(int argument, Size rows, Size columns = 1) const {
    const double offset = arguments[argument];
    // In doubles, where a product that is too large stays too large.
    if (!isIndex(offset) || offset + double(rows) * double(columns) > arena.numbers) refuse("A kernel got a matrix outside of its arena.");
    return arena.values + Size(offset);
  }

  /** A matrix that may be absent: null. */
  float* matrixOrNull(int argument, Size rows, Size columns = 1) const {
    return arguments[argument] == ABSENT ? nullptr : matrix(argument, rows, columns);
  }

  /** Integers in `rows` rows of `columns`. */
  int* integers(int argument, Size rows, Size columns = 1) const {
    const double offset = arguments[argument];
    if (!isIndex(offset) || offset + double(rows) * double(columns) > arena.integers) refuse("A kernel got indices outside of its arena.");
    return arena.indices + Size(offset);
  }

  /** `count` row indices, and how many rows a matrix needs for them. */
  RowIndices rowIndices(int argument, Size count) const {
    const int* rows = integers(argument, count);
    int min = 0, max = -1;
    for (Size i = 0; i < count; i++) {
      min = rows[i] < min ? rows[i] : min;
      max = rows[i] > max ? rows[i] : max;
    }
    if (min < 0) refuse("A kernel got a row index below 0.");
    return {rows, Size(max + 1LL)};
  }

  /** The codes of m examples, c each: row indices of a matrix of k rows, or below 0. */
  const int* codes(int argument, Size m, Size c, Size k) const {
    const int* codes = integers(argument, m, c);
    int max = -1;
    for (Size i = 0; i < m * c; i++) max = codes[i] > max ? codes[i] : max;
    if (double(max) >= double(k)) refuse("A kernel got a code beyond the rows of its matrix.");
    return codes;
  }

  /** f + 1 integers that rise from 0 to `end`. */
  const int* starts(int argument, Size f, Size end) const {
    const int* starts = integers(argument, f + 1);
    bool rise = starts[0] == 0 && double(starts[f]) == double(end);
    for (Size j = 0; j < f; j++) rise &= starts[j] < starts[j + 1];
    if (!rise) refuse("A kernel got starts that do not rise from 0 to the end.");
    return starts;
  }

  /** `count` class indices, each from 0 to classes - 1. */
  const float* classIndices(int argument, Size count, Size classes) const {
    const float* indices = matrix(argument, count);
    bool areClasses = true;
    for (Size i = 0; i < count; i++) areClasses &= indices[i] > -1 && indices[i] < float(classes);
    if (!areClasses) refuse("A kernel got a target that is not a class index.");
    return indices;
  }

 private:
  const Arena& arena;
  const double* arguments;

  static bool isIndex(double x) { return x >= 0 && x <= MAX_INTEGER && x == double((long long)x); }
};
