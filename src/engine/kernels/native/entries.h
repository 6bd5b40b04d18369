// The kernels by name. An entry reads the arguments of a call, sizes first, and checks each matrix with its shape.
// Written by tools/kernels/entries.ts from signatures.ts: do not edit.
#pragma once
#include "../cpp/kernels.cc"
#include "call.h"

const Entry ENTRIES[] = {
    {"gatherRows", 5, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(3);
       const Size n = call.size(4);
       const RowIndices rows = call.rowIndices(2, m);
       gatherRows(call.matrix(0, m, n), call.matrix(1, rows.bound, n), rows.of, m, n);
       return 0;
     }},
    {"gatherCodes", 5, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(3);
       const Size c = call.size(4);
       const RowIndices rows = call.rowIndices(2, m);
       gatherCodes(call.integers(0, m, c), call.integers(1, rows.bound, c), rows.of, m, c);
       return 0;
     }},
    {"affine", 8, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(5);
       const Size k = call.size(6);
       const Size n = call.size(7);
       affine(call.flag(0), call.matrix(1, m, n), call.matrix(2, k, n), call.matrix(3, m, k), call.matrixOrNull(4, n), m, k, n);
       return 0;
     }},
    {"affineActivate", 10, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(7);
       const Size k = call.size(8);
       const Size n = call.size(9);
       affineActivate(call.flag(0), call.activation(1, activation::COUNT), call.matrix(2, m, n), call.matrix(3, m, n), call.matrix(4, k, n), call.matrix(5, m, k), call.matrixOrNull(6, n), m, k, n);
       return 0;
     }},
    {"weightGradient", 8, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(4);
       const Size k = call.size(5);
       const Size n = call.size(6);
       weightGradient(call.flag(0), call.matrix(1, k, n), call.matrix(2, m, n), call.matrix(3, m, k), m, k, n, call.number(7));
       return 0;
     }},
    {"biasGradient", 5, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(2);
       const Size n = call.size(3);
       biasGradient(call.matrix(0, n), call.matrix(1, m, n), m, n, call.number(4));
       return 0;
     }},
    {"inputGradient", 7, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(4);
       const Size k = call.size(5);
       const Size n = call.size(6);
       inputGradient(call.flag(0), call.matrix(1, m, k), call.matrix(2, k, n), call.matrix(3, m, n), m, k, n);
       return 0;
     }},
    {"inputGradientThrough", 11, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(8);
       const Size k = call.size(9);
       const Size n = call.size(10);
       inputGradientThrough(call.flag(0), call.activation(1, activation::COUNT), call.matrix(2, m, k), call.matrix(3, m, k), call.matrix(4, k, n), call.matrix(5, m, n), call.matrix(6, m, k), call.matrix(7, m, k), m, k, n);
       return 0;
     }},
    {"addRows", 9, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(5);
       const Size k = call.size(6);
       const Size c = call.size(7);
       const Size n = call.size(8);
       addRows(call.matrix(0, m, n), call.matrixOrNull(1, n), call.matrix(2, k, n), call.matrixOrNull(3, c, n), call.codes(4, m, c, k), m, k, c, n);
       return 0;
     }},
    {"rowGradient", 8, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(3);
       const Size k = call.size(4);
       const Size c = call.size(5);
       const Size n = call.size(6);
       rowGradient(call.matrix(0, k, n), call.matrix(1, m, n), call.codes(2, m, c, k), m, k, c, n, call.number(7));
       return 0;
     }},
    {"activate", 4, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size count = call.size(3);
       activate(call.activation(0, activation::COUNT), call.matrix(1, count), call.matrix(2, count), count);
       return 0;
     }},
    {"activationGradient", 6, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size count = call.size(5);
       activationGradient(call.activation(0, activation::COUNT), call.matrix(1, count), call.matrix(2, count), call.matrix(3, count), call.matrix(4, count), count);
       return 0;
     }},
    {"dropout", 6, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size count = call.size(2);
       dropout(call.matrix(0, count), call.matrix(1, count), count, call.number(3), call.word(4), call.word(5));
       return 0;
     }},
    {"batchNormalize", 12, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(8);
       const Size n = call.size(9);
       batchNormalize(call.matrix(0, m, n), call.matrix(1, m, n), call.matrix(2, n), call.matrix(3, n), call.matrix(4, n), call.matrix(5, n), call.matrix(6, n), call.matrix(7, n), m, n, call.number(10), call.number(11));
       return 0;
     }},
    {"batchNormalizeWithRunning", 9, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(6);
       const Size n = call.size(7);
       batchNormalizeWithRunning(call.matrix(0, m, n), call.matrix(1, m, n), call.matrix(2, n), call.matrix(3, n), call.matrix(4, n), call.matrix(5, n), m, n, call.number(8));
       return 0;
     }},
    {"batchNormalizationGradient", 11, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(8);
       const Size n = call.size(9);
       batchNormalizationGradient(call.matrix(0, m, n), call.matrix(1, m, n), call.matrix(2, m, n), call.matrix(3, n), call.matrix(4, n), call.matrix(5, n), call.matrix(6, n), call.matrix(7, n), m, n, call.number(10));
       return 0;
     }},
    {"layerNormalize", 9, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(6);
       const Size n = call.size(7);
       layerNormalize(call.matrix(0, m, n), call.matrix(1, m, n), call.matrix(2, n), call.matrix(3, n), call.matrix(4, m), call.matrix(5, m), m, n, call.number(8));
       return 0;
     }},
    {"layerNormalizationGradient", 11, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(8);
       const Size n = call.size(9);
       layerNormalizationGradient(call.matrix(0, m, n), call.matrix(1, m, n), call.matrix(2, m, n), call.matrix(3, n), call.matrix(4, m), call.matrix(5, m), call.matrix(6, n), call.matrix(7, n), m, n, call.number(10));
       return 0;
     }},
    {"mse", 7, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(4);
       const Size n = call.size(5);
       return mse(call.matrixOrNull(0, m, n), call.matrix(1, m, n), call.matrix(2, m, n), call.matrixOrNull(3, m), m, n, call.number(6));
     }},
    {"mae", 7, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(4);
       const Size n = call.size(5);
       return mae(call.matrixOrNull(0, m, n), call.matrix(1, m, n), call.matrix(2, m, n), call.matrixOrNull(3, m), m, n, call.number(6));
     }},
    {"huber", 7, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(4);
       const Size n = call.size(5);
       return huber(call.matrixOrNull(0, m, n), call.matrix(1, m, n), call.matrix(2, m, n), call.matrixOrNull(3, m), m, n, call.number(6));
     }},
    {"quantile", 7, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(4);
       const Size n = call.size(5);
       return quantile(call.matrixOrNull(0, m, n), call.matrix(1, m, n), call.matrix(2, m, n), call.matrixOrNull(3, m), m, n, call.number(6));
     }},
    {"poisson", 7, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(4);
       const Size n = call.size(5);
       return poisson(call.matrixOrNull(0, m, n), call.matrix(1, m, n), call.matrix(2, m, n), call.matrixOrNull(3, m), m, n, call.number(6));
     }},
    {"binaryCrossEntropy", 7, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(4);
       const Size n = call.size(5);
       return binaryCrossEntropy(call.matrixOrNull(0, m, n), call.matrix(1, m, n), call.matrix(2, m, n), call.matrixOrNull(3, m), m, n, call.number(6));
     }},
    {"crossEntropy", 8, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(5);
       const Size n = call.size(6);
       return crossEntropy(call.matrixOrNull(0, m, n), call.matrix(1, m, n), call.classIndices(2, m, n), call.matrixOrNull(3, m), call.matrixOrNull(4, n), m, n, call.number(7));
     }},
    {"softmax", 4, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size m = call.size(2);
       const Size n = call.size(3);
       softmax(call.matrix(0, m, n), call.matrix(1, m, n), m, n);
       return 0;
     }},
    {"sumOfSquares", 2, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size count = call.size(1);
       return sumOfSquares(call.matrix(0, count), count);
     }},
    {"scale", 3, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size count = call.size(1);
       scale(call.matrix(0, count), count, call.number(2));
       return 0;
     }},
    {"addPenaltyGradient", 5, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size count = call.size(2);
       addPenaltyGradient(call.matrix(0, count), call.matrix(1, count), count, call.number(3), call.number(4));
       return 0;
     }},
    {"sgd", 9, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size count = call.size(3);
       sgd(call.matrix(0, count), call.matrix(1, count), call.matrixOrNull(2, count), count, call.number(4), call.number(5), call.flag(6), call.number(7), call.flag(8));
       return 0;
     }},
    {"rmsprop", 10, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size count = call.size(4);
       rmsprop(call.matrix(0, count), call.matrix(1, count), call.matrix(2, count), call.matrixOrNull(3, count), count, call.number(5), call.number(6), call.number(7), call.number(8), call.number(9));
       return 0;
     }},
    {"adagrad", 7, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size count = call.size(3);
       adagrad(call.matrix(0, count), call.matrix(1, count), call.matrix(2, count), count, call.number(4), call.number(5), call.number(6));
       return 0;
     }},
    {"adam", 13, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size count = call.size(4);
       adam(call.matrix(0, count), call.matrix(1, count), call.matrix(2, count), call.matrix(3, count), count, call.number(5), call.number(6), call.number(7), call.number(8), call.number(9), call.flag(10), call.number(11), call.number(12));
       return 0;
     }},
    {"lion", 8, [](const Arena& arena) -> double {
       const Call call(arena);
       const Size count = call.size(3);
       lion(call.matrix(0, count), call.matrix(1, count), call.matrix(2, count), count, call.number(4), call.number(5), call.number(6), call.number(7));
       return 0;
     }},
};
