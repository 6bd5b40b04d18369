// The kernels by name, with their arguments in the order of cpp/: sizes are read first, then each matrix with its own.
#pragma once
#include "../cpp/kernels.cc"
#include "call.h"

#define ENTRY(name, arguments, ...)                                \
  {                                                                \
    name, arguments, [](const Arena& arena) -> double {            \
      const Call call(arena);                                      \
      __VA_ARGS__                                                  \
      return 0;                                                    \
    }                                                              \
  }

#define LOSS_ENTRY(name)                                                                               \
  ENTRY(#name, 7, const Size m = call.size(4); const Size n = call.size(5);                            \
        return name(call.matrixOrNull(0, m, n), call.matrix(1, m, n), call.matrix(2, m, n), call.matrixOrNull(3, m), m, n, \
                    call.single(6));)

const Entry ENTRIES[] = {
    ENTRY("gatherRows", 5, const Size m = call.size(3); const Size n = call.size(4);
          const RowNumbers rows = call.rowNumbers(2, m);
          gatherRows(call.matrix(0, m, n), call.matrix(1, rows.bound, n), rows.of, m, n);),
    ENTRY("gatherCodes", 5, const Size m = call.size(3); const Size c = call.size(4);
          const RowNumbers rows = call.rowNumbers(2, m);
          gatherCodes(call.integers(0, m, c), call.integers(1, rows.bound, c), rows.of, m, c);),

    ENTRY("affine", 8, const Size m = call.size(4); const Size k = call.size(5); const Size n = call.size(6);
          affine(call.matrix(0, m, n), call.matrix(1, k, n), call.matrix(2, m, k), call.matrixOrNull(3, n), m, k, n,
                 call.flag(7));),
    ENTRY("affineActivate", 10, const Size m = call.size(6); const Size k = call.size(7); const Size n = call.size(8);
          affineActivate(call.choice(0, activation::COUNT), call.matrix(1, m, n), call.matrix(2, m, n), call.matrix(3, k, n),
                         call.matrix(4, m, k), call.matrixOrNull(5, n), m, k, n, call.flag(9));),
    ENTRY("weightGradient", 8, const Size m = call.size(3); const Size k = call.size(4); const Size n = call.size(5);
          weightGradient(call.matrix(0, k, n), call.matrix(1, m, n), call.matrix(2, m, k), m, k, n, call.single(6),
                         call.flag(7));),
    ENTRY("biasGradient", 5, const Size m = call.size(2); const Size n = call.size(3);
          biasGradient(call.matrix(0, n), call.matrix(1, m, n), m, n, call.single(4));),
    ENTRY("inputGradient", 7, const Size m = call.size(3); const Size k = call.size(4); const Size n = call.size(5);
          inputGradient(call.matrix(0, m, k), call.matrix(1, k, n), call.matrix(2, m, n), m, k, n, call.flag(6));),
    ENTRY("inputGradientThrough", 11, const Size m = call.size(7); const Size k = call.size(8); const Size n = call.size(9);
          inputGradientThrough(call.choice(0, activation::COUNT), call.matrix(1, m, k), call.matrix(2, m, k),
                               call.matrix(3, k, n), call.matrix(4, m, n), call.matrix(5, m, k), call.matrix(6, m, k), m, k, n,
                               call.flag(10));),

    ENTRY("addRows", 9, const Size m = call.size(5); const Size k = call.size(6); const Size c = call.size(7);
          const Size n = call.size(8);
          addRows(call.matrix(0, m, n), call.matrixOrNull(1, n), call.matrix(2, k, n), call.matrixOrNull(3, c, n),
                  call.codes(4, m, c, k), m, k, c, n);),
    ENTRY("rowGradient", 8, const Size m = call.size(3); const Size k = call.size(4); const Size c = call.size(5);
          const Size n = call.size(6);
          rowGradient(call.matrix(0, k, n), call.matrix(1, m, n), call.codes(2, m, c, k), m, k, c, n, call.single(7));),

    ENTRY("activate", 4, const Size count = call.size(3);
          activate(call.choice(0, activation::COUNT), call.matrix(1, count), call.matrix(2, count), count);),
    ENTRY("activationGradient", 6, const Size count = call.size(5);
          activationGradient(call.choice(0, activation::COUNT), call.matrix(1, count), call.matrix(2, count),
                             call.matrix(3, count), call.matrix(4, count), count);),

    ENTRY("dropout", 6, const Size count = call.size(2);
          dropout(call.matrix(0, count), call.matrix(1, count), count, call.word(3), call.single(4), call.word(5));),

    ENTRY("batchNormalize", 12, const Size m = call.size(8); const Size n = call.size(9);
          batchNormalize(call.matrix(0, m, n), call.matrix(1, m, n), call.matrix(2, n), call.matrix(3, n), call.matrix(4, n),
                         call.matrix(5, n), call.matrix(6, n), call.matrix(7, n), m, n, call.single(10), call.number(11));),
    ENTRY("batchNormalizeWithRunning", 9, const Size m = call.size(6); const Size n = call.size(7);
          batchNormalizeWithRunning(call.matrix(0, m, n), call.matrix(1, m, n), call.matrix(2, n), call.matrix(3, n),
                                    call.matrix(4, n), call.matrix(5, n), m, n, call.single(8));),
    ENTRY("batchNormalizationGradient", 11, const Size m = call.size(8); const Size n = call.size(9);
          batchNormalizationGradient(call.matrix(0, m, n), call.matrix(1, m, n), call.matrix(2, m, n), call.matrix(3, n),
                                     call.matrix(4, n), call.matrix(5, n), call.matrix(6, n), call.matrix(7, n), m, n,
                                     call.number(10));),
    ENTRY("layerNormalize", 9, const Size m = call.size(6); const Size n = call.size(7);
          layerNormalize(call.matrix(0, m, n), call.matrix(1, m, n), call.matrix(2, n), call.matrix(3, n), call.matrix(4, m),
                         call.matrix(5, m), m, n, call.number(8));),
    ENTRY("layerNormalizationGradient", 11, const Size m = call.size(8); const Size n = call.size(9);
          layerNormalizationGradient(call.matrix(0, m, n), call.matrix(1, m, n), call.matrix(2, m, n), call.matrix(3, n),
                                     call.matrix(4, m), call.matrix(5, m), call.matrix(6, n), call.matrix(7, n), m, n,
                                     call.number(10));),

    LOSS_ENTRY(mse),
    LOSS_ENTRY(mae),
    LOSS_ENTRY(huber),
    LOSS_ENTRY(quantile),
    LOSS_ENTRY(poisson),
    LOSS_ENTRY(binaryCrossEntropy),
    ENTRY("crossEntropy", 8, const Size m = call.size(5); const Size n = call.size(6);
          return crossEntropy(call.matrixOrNull(0, m, n), call.matrix(1, m, n), call.classNumbers(2, m, n),
                              call.matrixOrNull(3, m), call.matrixOrNull(4, n), m, n, call.number(7));),
    ENTRY("softmax", 4, const Size m = call.size(2); const Size n = call.size(3);
          softmax(call.matrix(0, m, n), call.matrix(1, m, n), m, n);),

    ENTRY("sumOfSquares", 2, const Size count = call.size(1); return sumOfSquares(call.matrix(0, count), count);),
    ENTRY("scale", 3, const Size count = call.size(1); scale(call.matrix(0, count), count, call.single(2));),
    ENTRY("addPenaltyGradient", 5, const Size count = call.size(2);
          addPenaltyGradient(call.matrix(0, count), call.matrix(1, count), count, call.single(3), call.single(4));),

    ENTRY("sgd", 9, const Size count = call.size(3);
          sgd(call.matrix(0, count), call.matrix(1, count), call.matrixOrNull(2, count), count, call.single(4),
              call.single(5), call.flag(6), call.single(7), call.flag(8));),
    ENTRY("rmsprop", 10, const Size count = call.size(4);
          rmsprop(call.matrix(0, count), call.matrix(1, count), call.matrix(2, count), call.matrixOrNull(3, count), count,
                  call.number(5), call.number(6), call.number(7), call.number(8), call.number(9));),
    ENTRY("adagrad", 7, const Size count = call.size(3);
          adagrad(call.matrix(0, count), call.matrix(1, count), call.matrix(2, count), count, call.single(4), call.single(5),
                  call.single(6));),
    ENTRY("adam", 13, const Size count = call.size(4);
          adam(call.matrix(0, count), call.matrix(1, count), call.matrix(2, count), call.matrix(3, count), count,
               call.number(5), call.number(6), call.number(7), call.number(8), call.number(9), call.flag(10),
               call.number(11), call.number(12));),
    ENTRY("lion", 8, const Size count = call.size(3);
          lion(call.matrix(0, count), call.matrix(1, count), call.matrix(2, count), count, call.number(4), call.number(5),
               call.number(6), call.number(7));),
};
