/**
 * The kernels: the arithmetic that the network conducts, one call for each line of the notes.
 *
 * Every argument named after a matrix is an offset, in numbers, into the one arena `values`; arguments named `…Index` are
 * offsets into `indices`. Kernels allocate nothing and decide nothing; sizes and offsets are checked by the
 * caller that plans the arena. Sizes are at least 1.
 *
 * Letters: m rows (examples) of the batch, k inputs of a layer, n units of a layer, c codes of an example.
 * Layout: A, Z, dA, dZ hold one example's values together: element (unit j, example i) lies at i * n + j.
 * W and dW hold one input's weights together: element (unit j, input i) lies at i * n + j, so that a row of W is a vector over the
 * units. What leaves the service has the notes' shape W (n, k).
 */

export type KernelsName = 'reference' | 'wasm' | 'native';
type Precision = 'float64' | 'float32';

/**
 * What the three products of a layer (affine, weightGradient, inputGradient) take in: their matrices as they are, or each number of them
 * rounded to bfloat16 (`reference/bfloat16.ts`), which keeps 8 of float32's 24 bits. The sums, the bias and the results have the player's
 * own precision either way.
 */
export const PRODUCT_INPUTS = ['float32', 'bfloat16'] as const;
export type ProductInputs = (typeof PRODUCT_INPUTS)[number];

/**
 * Every activation g by name. A new one is a name here, its two formulas in `reference/activations.ts` and, at the same place among them, in
 * `cpp/activations.h`, and the initializer that suits it in `initializers.ts`; the compiler and the conformance suite ask for what is missing.
 */
export const ACTIVATIONS = [
  'linear',
  'relu',
  'leakyRelu',
  'sigmoid',
  'tanh',
  'gelu',
  'silu',
  'elu',
  'selu',
  'softplus',
  'mish',
] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Those whose g'(Z) follows from A = g(Z) alone: on the way back their A may be given for Z too. */
export const DERIVATIVE_FROM_OUTPUT: readonly Activation[] = [
  'linear',
  'relu',
  'leakyRelu',
  'sigmoid',
  'tanh',
  'elu',
  'selu',
];

/** The losses that compare each output with its own target; crossEntropy is a kernel of its own. */
export const ELEMENTWISE_LOSSES = ['mse', 'mae', 'huber', 'quantile', 'poisson', 'binaryCrossEntropy'] as const;
export type ElementwiseLoss = (typeof ELEMENTWISE_LOSSES)[number];

/** An absent matrix: no row weights, no class weights. */
export const NONE = -1;

export interface ArenaSize {
  /** Numbers in `values`. */
  readonly numbers: number;
  /** Integers in `indices`. */
  readonly indices: number;
}

/** Makes a player with an arena of its own, zeroed. Throws RangeError when the memory is not to be had. */
export type CreateKernels = (size: ArenaSize) => Kernels;

export interface Kernels {
  readonly name: KernelsName;
  readonly precision: Precision;
  /** A new backend has float32. */
  readonly productInputs: ProductInputs;
  /** The same player over the same arena, with products of these inputs. */
  withProductInputs(inputs: ProductInputs): Kernels;
  readonly values: Float64Array | Float32Array;
  readonly indices: Int32Array;

  /** How many threads can play; 1: the caller's alone. */
  readonly maxThreads: number;
  /** From now on so many threads play, the caller's included: 1 until then. The bits do not depend on it. Throws RangeError above the most. */
  setThreads(count: number): void;

  /** Row i of the target (m, n) := row indices[i] of the source (any, n). Wants m indices from `rowsIndex` on. */
  gatherRows(target: number, source: number, rowsIndex: number, m: number, n: number): void;

  /** Z (n, m) := W (n, k) A (k, m) + b (n, 1), or + Z itself where b is NONE. Z overlaps nothing. */
  affine(Z: number, W: number, A: number, b: number, m: number, k: number, n: number): void;
  /** affine of X, and A (n, m) := g(Z); A may be Z. */
  affineActivate(
    activation: Activation,
    A: number,
    Z: number,
    W: number,
    X: number,
    b: number,
    m: number,
    k: number,
    n: number,
  ): void;
  /** dW (n, k) := scale · dZ (n, m) Aᵀ (m, k). */
  weightGradient(dW: number, dZ: number, A: number, m: number, k: number, n: number, scale: number): void;
  /** db (n, 1) := scale · the sum of dZ (n, m) over the examples. */
  biasGradient(db: number, dZ: number, m: number, n: number, scale: number): void;
  /** dA (k, m) := Wᵀ (k, n) dZ (n, m). */
  inputGradient(dA: number, W: number, dZ: number, m: number, k: number, n: number): void;
  /** dA (k, m) := Wᵀ (k, n) dZ (n, m), and dY (k, m) := dA * g'(Y), with A = g(Y) of the layer before at hand; dY may be dA. */
  inputGradientThrough(
    activation: Activation,
    dY: number,
    dA: number,
    W: number,
    dZ: number,
    Y: number,
    A: number,
    m: number,
    k: number,
    n: number,
  ): void;

  /** Row i of the target (c, m) := row indices[i] of the source (c, any): codes, both in `indices`. Wants m indices from `rowsIndex` on. */
  gatherCodes(targetIndex: number, sourceIndex: number, rowsIndex: number, m: number, c: number): void;
  /**
   * The product with k one-hot inputs, of which each example names c: Z (n, m) := start + the columns of E (n, k) that its codes name.
   * The start is b (n, 1), or Z itself where b is NONE. A code below 0 names column j of `usual` (n, c) if it is the example's code j, or
   * nothing where `usual` is NONE.
   */
  addRows(
    Z: number,
    b: number,
    E: number,
    unknownCategory: number,
    codesIndex: number,
    m: number,
    k: number,
    c: number,
    n: number,
  ): void;
  /** dE (n, k) := scale · for each input the sum of dZ (n, m) over the examples that name it; a code below 0 names none. */
  rowGradient(
    dE: number,
    dZ: number,
    codesIndex: number,
    m: number,
    k: number,
    c: number,
    n: number,
    scale: number,
  ): void;

  /** A := g(Z), elementwise over `count` numbers; A may be Z. */
  activate(activation: Activation, A: number, Z: number, count: number): void;
  /** dZ := dA * g'(Z), elementwise; dZ may be dA. A = g(Z) is at hand for those that need it. */
  activationGradient(activation: Activation, dZ: number, dA: number, Z: number, A: number, count: number): void;

  /**
   * target := source * mask / (1 - rate), inverted dropout; target may be source. Element e is kept where `dropoutBits(seed, counter, e)`
   * is at least `dropoutThreshold(rate)` (random.ts), so the way back makes the same mask again and nothing is stored.
   */
  dropout(target: number, source: number, count: number, rate: number, seed: number, counter: number): void;

  /**
   * Batch normalization over the examples (Ioffe and Szegedy 2015, as torch.nn.BatchNorm1d): mean and biased variance of each unit over
   * the m rows; Y := gamma (Z - mean) * inverseDeviation + beta. `mean` and `inverseDeviation` (n) are kept for the way back.
   * runningMean and runningVariance (n) move by `momentum` towards the batch's mean and unbiased variance. m must be at least 2.
   */
  batchNormalize(
    Y: number,
    Z: number,
    gamma: number,
    beta: number,
    mean: number,
    inverseDeviation: number,
    runningMean: number,
    runningVariance: number,
    m: number,
    n: number,
    momentum: number,
    epsilon: number,
  ): void;
  /** Y := gamma (Z - runningMean) / sqrt(runningVariance + epsilon) + beta: batch normalization outside training. Y may be Z. */
  batchNormalizeWithRunning(
    Y: number,
    Z: number,
    gamma: number,
    beta: number,
    runningMean: number,
    runningVariance: number,
    m: number,
    n: number,
    epsilon: number,
  ): void;
  /** dZ := the gradient through batchNormalize; dgamma, dbeta (n) := scale · their sums. dZ may be dY. */
  batchNormalizationGradient(
    dZ: number,
    dY: number,
    Z: number,
    gamma: number,
    mean: number,
    inverseDeviation: number,
    dgamma: number,
    dbeta: number,
    m: number,
    n: number,
    scale: number,
  ): void;

  /** Layer normalization over the units of each example (Ba et al. 2016, as torch.nn.LayerNorm). `mean`, `inverseDeviation` (m) are kept. */
  layerNormalize(
    Y: number,
    Z: number,
    gamma: number,
    beta: number,
    mean: number,
    inverseDeviation: number,
    m: number,
    n: number,
    epsilon: number,
  ): void;
  /** dZ := the gradient through layerNormalize; dgamma, dbeta (n) := scale · their sums. dZ may be dY. */
  layerNormalizationGradient(
    dZ: number,
    dY: number,
    Z: number,
    gamma: number,
    mean: number,
    inverseDeviation: number,
    dgamma: number,
    dbeta: number,
    m: number,
    n: number,
    scale: number,
  ): void;

  /**
   * The weighted sum over the examples of each example's mean loss over its n outputs, and dA := its gradient by the outputs, not divided by
   * the batch (the products back divide once: the notes' 1/m). `parameter` is huber's delta or quantile's level, else 0. `rowWeights` (m) or NONE.
   * binaryCrossEntropy takes logits, poisson log rates, as PyTorch's *_with_logits and log_input do. `dA` NONE: the loss alone.
   */
  elementwiseLoss(
    loss: ElementwiseLoss,
    dA: number,
    A: number,
    T: number,
    rowWeights: number,
    m: number,
    n: number,
    parameter: number,
  ): number;
  /**
   * Softmax and cross-entropy in one (torch.nn.functional.cross_entropy): A (n, m) logits, T (m) class numbers, `classWeights` (n) or NONE,
   * `rowWeights` (m) or NONE. Returns the weighted sum of the losses; dA as in elementwiseLoss.
   * One row: w · (-(1 - s) c[t] log p[t] - s/n Σ_j c[j] log p[j]) with s the smoothing, c the class weights.
   */
  crossEntropy(
    dA: number,
    A: number,
    T: number,
    rowWeights: number,
    classWeights: number,
    m: number,
    n: number,
    smoothing: number,
  ): number;
  /** P (n, m) := softmax of each example's logits A; P may be A. */
  softmax(P: number, A: number, m: number, n: number): void;

  /** The sum of squares of `count` numbers, in float64. */
  sumOfSquares(X: number, count: number): number;
  /** X := factor · X. */
  scale(X: number, count: number, factor: number): void;
  /** dW := dW + l1 · sign(W) + l2 · W. */
  addPenaltyGradient(dW: number, W: number, count: number, l1: number, l2: number): void;

  /** One step of torch.optim.SGD. `velocity` is NONE without momentum. `first`: velocity starts as the gradient. */
  sgd(
    X: number,
    dX: number,
    velocity: number,
    count: number,
    rate: number,
    momentum: number,
    nesterov: boolean,
    weightDecay: number,
    first: boolean,
  ): void;
  /** torch.optim.RMSprop (not centred). `velocity` is NONE without momentum. */
  rmsprop(
    X: number,
    dX: number,
    square: number,
    velocity: number,
    count: number,
    rate: number,
    alpha: number,
    momentum: number,
    epsilon: number,
    weightDecay: number,
  ): void;
  /** torch.optim.Adagrad with the rate already decayed. */
  adagrad(X: number, dX: number, sum: number, count: number, rate: number, epsilon: number, weightDecay: number): void;
  /** torch.optim.Adam at step `step` (from 1); decoupled weight decay makes it AdamW (Loshchilov and Hutter 2019). */
  adam(
    X: number,
    dX: number,
    mean: number,
    square: number,
    count: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    weightDecay: number,
    decoupled: boolean,
    step: number,
  ): void;
  /** Lion (Chen et al. 2023) with decoupled weight decay. */
  lion(
    X: number,
    dX: number,
    mean: number,
    count: number,
    rate: number,
    beta1: number,
    beta2: number,
    weightDecay: number,
  ): void;
}
