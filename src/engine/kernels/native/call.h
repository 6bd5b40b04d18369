// The border: reads the arguments of one call and checks that each matrix lies within the arena.
#pragma once
#include "instructionSet.h"

/** An absent matrix: NONE of kernels.ts. */
constexpr double ABSENT = -1;
constexpr double LARGEST_WHOLE = 9007199254740992;

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

  /** A count of rows, units or numbers. */
  Size size(int argument) const {
    if (!isWhole(arguments[argument])) refuse("a kernel got a size that is no whole number");
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

  /** `count` row numbers of a matrix of `columns` columns that starts at the argument `source`: every row is within the arena. */
  const int* rowNumbers(int argument, Size count, int source, Size columns) const {
    const double offset = arguments[argument];
    if (!isWhole(offset) || offset + double(count) > arena.integers) refuse("a kernel got indices that its player does not hold");
    const int* rows = arena.indices + Size(offset);
    int least = 0, most = -1;
    for (Size i = 0; i < count; i++) {
      least = rows[i] < least ? rows[i] : least;
      most = rows[i] > most ? rows[i] : most;
    }
    if (least < 0) refuse("a kernel got a row number below 0");
    matrix(source, Size(most + 1LL), columns);
    return rows;
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
