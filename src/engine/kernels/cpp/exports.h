// The exports of the WebAssembly module: each adds the offsets of its matrices to the addresses of the arena.
// Written by tools/kernels/entries.ts from signatures.ts: do not edit.
#pragma once
#include "wasmArena.h"

EXPORT(gatherRows) void gatherRowsExport(Size target, Size source, Size rows, Size m, Size n) {
  gatherRows(wasmArena::matrix(target), wasmArena::matrix(source), wasmArena::integers(rows), m, n);
}
EXPORT(gatherCodes) void gatherCodesExport(Size target, Size source, Size rows, Size m, Size c) {
  gatherCodes(wasmArena::integers(target), wasmArena::integers(source), wasmArena::integers(rows), m, c);
}
EXPORT(affine) void affineExport(bool bfloat16, Size Z, Size W, Size A, Size b, Size m, Size k, Size n) {
  affine(bfloat16, wasmArena::matrix(Z), wasmArena::matrix(W), wasmArena::matrix(A), wasmArena::matrixOrNull(b), m, k, n);
}
EXPORT(affineActivate) void affineActivateExport(bool bfloat16, Size activation, Size A, Size Z, Size W, Size X, Size b, Size m, Size k, Size n) {
  affineActivate(bfloat16, activation, wasmArena::matrix(A), wasmArena::matrix(Z), wasmArena::matrix(W), wasmArena::matrix(X), wasmArena::matrixOrNull(b), m, k, n);
}
EXPORT(weightGradient) void weightGradientExport(bool bfloat16, Size dW, Size dZ, Size A, Size m, Size k, Size n, double scale) {
  weightGradient(bfloat16, wasmArena::matrix(dW), wasmArena::matrix(dZ), wasmArena::matrix(A), m, k, n, scale);
}
EXPORT(biasGradient) void biasGradientExport(Size db, Size dZ, Size m, Size n, double scale) {
  biasGradient(wasmArena::matrix(db), wasmArena::matrix(dZ), m, n, scale);
}
EXPORT(inputGradient) void inputGradientExport(bool bfloat16, Size dA, Size W, Size dZ, Size m, Size k, Size n) {
  inputGradient(bfloat16, wasmArena::matrix(dA), wasmArena::matrix(W), wasmArena::matrix(dZ), m, k, n);
}
EXPORT(inputGradientThrough) void inputGradientThroughExport(bool bfloat16, Size activation, Size dY, Size dA, Size W, Size dZ, Size Y, Size A, Size m, Size k, Size n) {
  inputGradientThrough(bfloat16, activation, wasmArena::matrix(dY), wasmArena::matrix(dA), wasmArena::matrix(W), wasmArena::matrix(dZ), wasmArena::matrix(Y), wasmArena::matrix(A), m, k, n);
}
EXPORT(addRows) void addRowsExport(Size Z, Size b, Size E, Size unknownCategory, Size codes, Size m, Size k, Size c, Size n) {
  addRows(wasmArena::matrix(Z), wasmArena::matrixOrNull(b), wasmArena::matrix(E), wasmArena::matrixOrNull(unknownCategory), wasmArena::integers(codes), m, k, c, n);
}
EXPORT(rowGradient) void rowGradientExport(Size dE, Size dZ, Size codes, Size m, Size k, Size c, Size n, double scale) {
  rowGradient(wasmArena::matrix(dE), wasmArena::matrix(dZ), wasmArena::integers(codes), m, k, c, n, scale);
}
EXPORT(activate) void activateExport(Size activation, Size A, Size Z, Size count) {
  activate(activation, wasmArena::matrix(A), wasmArena::matrix(Z), count);
}
EXPORT(activationGradient) void activationGradientExport(Size activation, Size dZ, Size dA, Size Z, Size A, Size count) {
  activationGradient(activation, wasmArena::matrix(dZ), wasmArena::matrix(dA), wasmArena::matrix(Z), wasmArena::matrix(A), count);
}
EXPORT(dropout) void dropoutExport(Size target, Size source, Size count, double rate, Word seed, Word counter) {
  dropout(wasmArena::matrix(target), wasmArena::matrix(source), count, rate, seed, counter);
}
EXPORT(batchNormalize) void batchNormalizeExport(Size Y, Size Z, Size gamma, Size beta, Size mean, Size inverseDeviation, Size runningMean, Size runningVariance, Size m, Size n, double momentum, double epsilon) {
  batchNormalize(wasmArena::matrix(Y), wasmArena::matrix(Z), wasmArena::matrix(gamma), wasmArena::matrix(beta), wasmArena::matrix(mean), wasmArena::matrix(inverseDeviation), wasmArena::matrix(runningMean), wasmArena::matrix(runningVariance), m, n, momentum, epsilon);
}
EXPORT(batchNormalizeWithRunning) void batchNormalizeWithRunningExport(Size Y, Size Z, Size gamma, Size beta, Size runningMean, Size runningVariance, Size m, Size n, double epsilon) {
  batchNormalizeWithRunning(wasmArena::matrix(Y), wasmArena::matrix(Z), wasmArena::matrix(gamma), wasmArena::matrix(beta), wasmArena::matrix(runningMean), wasmArena::matrix(runningVariance), m, n, epsilon);
}
EXPORT(batchNormalizationGradient) void batchNormalizationGradientExport(Size dZ, Size dY, Size Z, Size gamma, Size mean, Size inverseDeviation, Size dgamma, Size dbeta, Size m, Size n, double scale) {
  batchNormalizationGradient(wasmArena::matrix(dZ), wasmArena::matrix(dY), wasmArena::matrix(Z), wasmArena::matrix(gamma), wasmArena::matrix(mean), wasmArena::matrix(inverseDeviation), wasmArena::matrix(dgamma), wasmArena::matrix(dbeta), m, n, scale);
}
EXPORT(layerNormalize) void layerNormalizeExport(Size Y, Size Z, Size gamma, Size beta, Size mean, Size inverseDeviation, Size m, Size n, double epsilon) {
  layerNormalize(wasmArena::matrix(Y), wasmArena::matrix(Z), wasmArena::matrix(gamma), wasmArena::matrix(beta), wasmArena::matrix(mean), wasmArena::matrix(inverseDeviation), m, n, epsilon);
}
EXPORT(layerNormalizationGradient) void layerNormalizationGradientExport(Size dZ, Size dY, Size Z, Size gamma, Size mean, Size inverseDeviation, Size dgamma, Size dbeta, Size m, Size n, double scale) {
  layerNormalizationGradient(wasmArena::matrix(dZ), wasmArena::matrix(dY), wasmArena::matrix(Z), wasmArena::matrix(gamma), wasmArena::matrix(mean), wasmArena::matrix(inverseDeviation), wasmArena::matrix(dgamma), wasmArena::matrix(dbeta), m, n, scale);
}
EXPORT(mse) double mseExport(Size dA, Size A, Size T, Size rowWeights, Size m, Size n, double parameter) {
  return mse(wasmArena::matrixOrNull(dA), wasmArena::matrix(A), wasmArena::matrix(T), wasmArena::matrixOrNull(rowWeights), m, n, parameter);
}
EXPORT(mae) double maeExport(Size dA, Size A, Size T, Size rowWeights, Size m, Size n, double parameter) {
  return mae(wasmArena::matrixOrNull(dA), wasmArena::matrix(A), wasmArena::matrix(T), wasmArena::matrixOrNull(rowWeights), m, n, parameter);
}
EXPORT(huber) double huberExport(Size dA, Size A, Size T, Size rowWeights, Size m, Size n, double parameter) {
  return huber(wasmArena::matrixOrNull(dA), wasmArena::matrix(A), wasmArena::matrix(T), wasmArena::matrixOrNull(rowWeights), m, n, parameter);
}
EXPORT(quantile) double quantileExport(Size dA, Size A, Size T, Size rowWeights, Size m, Size n, double parameter) {
  return quantile(wasmArena::matrixOrNull(dA), wasmArena::matrix(A), wasmArena::matrix(T), wasmArena::matrixOrNull(rowWeights), m, n, parameter);
}
EXPORT(poisson) double poissonExport(Size dA, Size A, Size T, Size rowWeights, Size m, Size n, double parameter) {
  return poisson(wasmArena::matrixOrNull(dA), wasmArena::matrix(A), wasmArena::matrix(T), wasmArena::matrixOrNull(rowWeights), m, n, parameter);
}
EXPORT(binaryCrossEntropy) double binaryCrossEntropyExport(Size dA, Size A, Size T, Size rowWeights, Size m, Size n, double parameter) {
  return binaryCrossEntropy(wasmArena::matrixOrNull(dA), wasmArena::matrix(A), wasmArena::matrix(T), wasmArena::matrixOrNull(rowWeights), m, n, parameter);
}
EXPORT(crossEntropy) double crossEntropyExport(Size dA, Size A, Size T, Size rowWeights, Size classWeights, Size m, Size n, double smoothing) {
  return crossEntropy(wasmArena::matrixOrNull(dA), wasmArena::matrix(A), wasmArena::matrix(T), wasmArena::matrixOrNull(rowWeights), wasmArena::matrixOrNull(classWeights), m, n, smoothing);
}
EXPORT(softmax) void softmaxExport(Size P, Size A, Size m, Size n) {
  softmax(wasmArena::matrix(P), wasmArena::matrix(A), m, n);
}
EXPORT(sumOfSquares) double sumOfSquaresExport(Size X, Size count) {
  return sumOfSquares(wasmArena::matrix(X), count);
}
EXPORT(scale) void scaleExport(Size X, Size count, double factor) {
  scale(wasmArena::matrix(X), count, factor);
}
EXPORT(addPenaltyGradient) void addPenaltyGradientExport(Size dW, Size W, Size count, double l1, double l2) {
  addPenaltyGradient(wasmArena::matrix(dW), wasmArena::matrix(W), count, l1, l2);
}
EXPORT(sgd) void sgdExport(Size X, Size dX, Size velocity, Size count, double rate, double momentum, bool nesterov, double weightDecay, bool first) {
  sgd(wasmArena::matrix(X), wasmArena::matrix(dX), wasmArena::matrixOrNull(velocity), count, rate, momentum, nesterov, weightDecay, first);
}
EXPORT(rmsprop) void rmspropExport(Size X, Size dX, Size square, Size velocity, Size count, double rate, double alpha, double momentum, double epsilon, double weightDecay) {
  rmsprop(wasmArena::matrix(X), wasmArena::matrix(dX), wasmArena::matrix(square), wasmArena::matrixOrNull(velocity), count, rate, alpha, momentum, epsilon, weightDecay);
}
EXPORT(adagrad) void adagradExport(Size X, Size dX, Size sum, Size count, double rate, double epsilon, double weightDecay) {
  adagrad(wasmArena::matrix(X), wasmArena::matrix(dX), wasmArena::matrix(sum), count, rate, epsilon, weightDecay);
}
EXPORT(adam) void adamExport(Size X, Size dX, Size mean, Size square, Size count, double rate, double beta1, double beta2, double epsilon, double weightDecay, bool decoupled, double meanCorrection, double squareCorrection) {
  adam(wasmArena::matrix(X), wasmArena::matrix(dX), wasmArena::matrix(mean), wasmArena::matrix(square), count, rate, beta1, beta2, epsilon, weightDecay, decoupled, meanCorrection, squareCorrection);
}
EXPORT(lion) void lionExport(Size X, Size dX, Size mean, Size count, double rate, double beta1, double beta2, double weightDecay) {
  lion(wasmArena::matrix(X), wasmArena::matrix(dX), wasmArena::matrix(mean), count, rate, beta1, beta2, weightDecay);
}
