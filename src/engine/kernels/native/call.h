// The border: reads the arguments of one call and checks that each matrix lies within the arena.
#pragma once
#include "instructionSet.h"

/** An absent matrix: NONE of kernels.ts. */
constexpr double ABSENT = -1;
constexpr double LARGEST_WHOLE = 9007199254740992;

struct RowNumbers {
  const int* of;
  /** One above the greatest. */
  Size bound;
};

class Call {
 public:
  explicit Call(const Arena& of) : arena(of), arguments(of.call + 2) {}

  double number(int argument) const { return arguments[argument]; }
  float single(int argument) const { return float(arguments[argument]); }
  bool flag(int argument) const { return arguments[argument] != 0; }

  /** The low 32 bits of a whole number. */
  Word word(int argument) const {
    const double x = arguments[argument];
    if (!(x >= -LARGEST_WHOLE && x <= LARGEST_WHOLE)) refuse("a kernel got a key or threshold that is no whole number");
    return Word((long long)x);
  }

  /** A count of rows, units or numbers: never above what the arena holds, so that no loop over it goes on for hours. */
  Size size(int argument) const {
    if (!isWhole(arguments[argument])) refuse("a kernel got a size that is no whole number");
    if (arguments[argument] > arena.numbers + arena.integers) refuse("a kernel got a size that is above its player's");
    return Size(arguments[argument]);
  }

  /** The number of one of `count` things. */
  Size choice(int argument, Size count) const {
    if (!isWhole(arguments[argument]) || arguments[argument] >= double(count)) refuse("a kernel got the number of no activation");
    return Size(arguments[argument]);
  }

  /** A matrix of (rows, columns) numbers. */
  float* matrix(int argument, Size rows, Size columns = 1) const {
    const double offset = arguments[argument];
    // In doubles, where a product that is too large stays too large.
    if (!isWhole(offset) || offset + double(rows) * double(columns) > arena.numbers) refuse("a kernel got a matrix that its player does not hold");
    return arena.values + Size(offset);
  }

  /** A matrix that may be absent: null. */
  float* matrixOrNull(int argument, Size rows, Size columns = 1) const {
    return arguments[argument] == ABSENT ? nullptr : matrix(argument, rows, columns);
  }

  /** Integers in `rows` rows of `columns`. */
  int* integers(int argument, Size rows, Size columns = 1) const {
    const double offset = arguments[argument];
    if (!isWhole(offset) || offset + double(rows) * double(columns) > arena.integers) refuse("a kernel got indices that its player does not hold");
    return arena.indices + Size(offset);
  }

  /** `count` row numbers, and how many rows a matrix must have for them. */
  RowNumbers rowNumbers(int argument, Size count) const {
    const int* rows = integers(argument, count);
    int least = 0, most = -1;
    for (Size i = 0; i < count; i++) {
      least = rows[i] < least ? rows[i] : least;
      most = rows[i] > most ? rows[i] : most;
    }
    if (least < 0) refuse("a kernel got a row number below 0");
    return {rows, Size(most + 1LL)};
  }

  /** The codes of m examples, c each: row numbers of a matrix of k rows, or below 0. */
  const int* codes(int argument, Size m, Size c, Size k) const {
    const int* codes = integers(argument, m, c);
    int most = -1;
    for (Size i = 0; i < m * c; i++) most = codes[i] > most ? codes[i] : most;
    if (double(most) >= double(k)) refuse("a kernel got a code of a row that its matrix does not have");
    return codes;
  }

  /** `count` class numbers, each of 0 to classes - 1. */
  const float* classNumbers(int argument, Size count, Size classes) const {
    const float* numbers = matrix(argument, count);
    bool areClasses = true;
    for (Size i = 0; i < count; i++) areClasses &= numbers[i] > -1 && numbers[i] < float(classes);
    if (!areClasses) refuse("a kernel got a target that is no class");
    return numbers;
  }

 private:
  const Arena& arena;
  const double* arguments;

  static bool isWhole(double x) { return x >= 0 && x <= LARGEST_WHOLE && x == double((long long)x); }
};
