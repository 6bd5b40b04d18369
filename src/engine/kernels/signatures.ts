/**
 * The signature of every kernel, declared once. Three things follow from it: the TypeScript types
 * of `Kernels`, the conversion of arguments in `compiled.ts`, and the C++ functions through which
 * JavaScript calls the kernels, which the build generates (`tools/kernels/entries.ts`).
 *
 * An argument is `'NAME: KIND'`. The names are those of the C++ functions in `cpp/`. Kinds:
 *
 * | kind             | value in JavaScript                                               |
 * |------------------|-------------------------------------------------------------------|
 * | `matrix(m, n)`   | offset in `values` of m · n numbers                               |
 * | `matrix?(m, n)`  | the same, or NONE: an absent matrix                               |
 * | `classes(m, n)`  | offset in `values` of m class indices below n                     |
 * | `rows(m)`        | offset in `indices` of m row indices; `.bound` is 1 + the largest |
 * | `codes(m, c, k)` | offset in `indices` of m · c codes below k; negative: no code     |
 * | `integers(m, c)` | offset in `indices` of m · c integers                             |
 * | `starts(f, n)`   | offset in `indices` of f + 1 integers that rise from 0 to n       |
 * | `size`           | integer from 0 to the length of the arena                         |
 * | `number`         | any number                                                        |
 * | `word`           | integer, of which the kernel uses the low 32 bits                 |
 * | `flag`           | boolean                                                           |
 * | `activation`     | name of an activation; its index in C++                           |
 * | `productInputs`  | no argument in JavaScript: the backend passes its own             |
 *
 * `'returns: number'` comes last where a kernel returns a number; the others return nothing.
 * A kernel has at most 14 arguments; `productInputs`, then `activation`, come first.
 *
 * Letters: m rows (examples) of the batch, k inputs of a layer, n units of a layer, c codes of an
 * example. Of an embedding: f embedded inputs, each of d numbers, and k other inputs. Sizes are at
 * least 1, but k of an embedding may be 0.
 */

/** What an argument of a kernel is; the table above explains each. */
type Kind =
  | `matrix(${string})`
  | `matrix?(${string})`
  | `classes(${string})`
  | `rows(${string})`
  | `codes(${string})`
  | `integers(${string})`
  | `starts(${string})`
  | 'size'
  | 'number'
  | 'word'
  | 'flag'
  | 'activation'
  | 'productInputs';

const RETURNS_NUMBER = 'returns: number';

export type Signature = readonly (`${string}: ${Kind}` | typeof RETURNS_NUMBER)[];

const ELEMENTWISE_LOSS = [
  'dA: matrix?(m, n)',
  'A: matrix(m, n)',
  'T: matrix(m, n)',
  'rowWeights: matrix?(m)',
  'm: size',
  'n: size',
  'parameter: number',
  'returns: number',
] as const;

/**
 * Losses that compare each output A (n, m) with its own target T (n, m).
 *
 * They return the weighted sum over the examples of each example's mean loss over its n outputs. dA
 * := the gradient of that sum by the outputs, or nothing where dA is `NONE`. The sum is not divided
 * by the batch size: the gradient kernels divide once, by `scale`. `parameter` is huber's delta or
 * quantile's level, else 0. poisson expects log rates and binaryCrossEntropy logits, as PyTorch's
 * `log_input` and `*_with_logits` do.
 */
export const ELEMENTWISE_LOSSES = {
  mse: ELEMENTWISE_LOSS,
  mae: ELEMENTWISE_LOSS,
  huber: ELEMENTWISE_LOSS,
  quantile: ELEMENTWISE_LOSS,
  poisson: ELEMENTWISE_LOSS,
  binaryCrossEntropy: ELEMENTWISE_LOSS,
} as const;

export const SIGNATURES = {
  /** Row i of the target (m, n) := row `rows[i]` of the source. */
  gatherRows: ['target: matrix(m, n)', 'source: matrix(rows.bound, n)', 'rows: rows(m)', 'm: size', 'n: size'],
  /**
   * Row i of the target (m, c) := row `rows[i]` of the source; target and source lie in `indices`.
   */
  gatherCodes: ['target: integers(m, c)', 'source: integers(rows.bound, c)', 'rows: rows(m)', 'm: size', 'c: size'],

  /**
   * Z (n, m) := W (n, k) A (k, m) + b (n, 1), or + Z where b is `NONE`. Z overlaps no other matrix.
   */
  affine: [
    'bfloat16: productInputs',
    'Z: matrix(m, n)',
    'W: matrix(k, n)',
    'A: matrix(m, k)',
    'b: matrix?(n)',
    'm: size',
    'k: size',
    'n: size',
  ],
  /** Z := `affine` of X, and A (n, m) := g(Z). A may be Z. */
  affineActivate: [
    'bfloat16: productInputs',
    'activation: activation',
    'A: matrix(m, n)',
    'Z: matrix(m, n)',
    'W: matrix(k, n)',
    'X: matrix(m, k)',
    'b: matrix?(n)',
    'm: size',
    'k: size',
    'n: size',
  ],
  /** dW (n, k) := scale · dZ (n, m) Aᵀ (m, k). */
  weightGradient: [
    'bfloat16: productInputs',
    'dW: matrix(k, n)',
    'dZ: matrix(m, n)',
    'A: matrix(m, k)',
    'm: size',
    'k: size',
    'n: size',
    'scale: number',
  ],
  /** db (n, 1) := scale · the sum of dZ (n, m) over the examples. */
  biasGradient: ['db: matrix(n)', 'dZ: matrix(m, n)', 'm: size', 'n: size', 'scale: number'],
  /** dA (k, m) := Wᵀ (k, n) dZ (n, m). */
  inputGradient: [
    'bfloat16: productInputs',
    'dA: matrix(m, k)',
    'W: matrix(k, n)',
    'dZ: matrix(m, n)',
    'm: size',
    'k: size',
    'n: size',
  ],
  /**
   * dA (k, m) := Wᵀ (k, n) dZ (n, m), and dY (k, m) := dA * g'(Y), where A = g(Y) is the output of
   * the previous layer. dY may be dA.
   */
  inputGradientThrough: [
    'bfloat16: productInputs',
    'activation: activation',
    'dY: matrix(m, k)',
    'dA: matrix(m, k)',
    'W: matrix(k, n)',
    'dZ: matrix(m, n)',
    'Y: matrix(m, k)',
    'A: matrix(m, k)',
    'm: size',
    'k: size',
    'n: size',
  ],

  /** A (n, n) := X (n, k) Xᵀ (k, n). A overlaps X nowhere. Symmetric: one triangle is computed. */
  gramOfUnits: ['bfloat16: productInputs', 'A: matrix(n, n)', 'X: matrix(k, n)', 'k: size', 'n: size'],
  /** A (k, k) := Xᵀ (k, n) X (n, k). A overlaps X nowhere. Symmetric: one triangle is computed. */
  gramOfInputs: ['bfloat16: productInputs', 'A: matrix(k, k)', 'X: matrix(k, n)', 'k: size', 'n: size'],

  /**
   * Product with k one-hot inputs, of which each example names c by codes:
   * Z (n, m) := start + the columns of E (n, k) that the codes name, where start is b (n, 1), or Z
   * where b is `NONE`. A negative code in position j adds the column j of `unknownCategory` (n, c),
   * or nothing where `unknownCategory` is `NONE`.
   */
  addRows: [
    'Z: matrix(m, n)',
    'b: matrix?(n)',
    'E: matrix(k, n)',
    'unknownCategory: matrix?(c, n)',
    'codes: codes(m, c, k)',
    'm: size',
    'k: size',
    'c: size',
    'n: size',
  ],
  /**
   * dE (n, k) := scale · for each input, the sum of dZ (n, m) over the examples whose codes name
   * it.
   */
  rowGradient: [
    'dE: matrix(k, n)',
    'dZ: matrix(m, n)',
    'codes: codes(m, c, k)',
    'm: size',
    'k: size',
    'c: size',
    'n: size',
    'scale: number',
  ],

  /**
   * Cosine embedding. Each of the first f inputs x_j of X (f + k, m) becomes d numbers of E
   * (f d + k, m): E_j := s_j * C_j + t_j, where C_j is x_j, then cos(2π (w_j x_j + b_j)). w and b
   * are (f, d - 1), s and t are (f, d), row by row. The k other inputs follow unchanged.
   */
  cosine: [
    'E: matrix(m, f * d + k)',
    'X: matrix(m, f + k)',
    'w: matrix(f, d - 1)',
    'b: matrix(f, d - 1)',
    's: matrix(f, d)',
    't: matrix(f, d)',
    'm: size',
    'k: size',
    'f: size',
    'd: size',
  ],
  /** dw, db, ds, dt := scale · the gradients through `cosine`, summed over the examples. */
  cosineGradient: [
    'dw: matrix(f, d - 1)',
    'db: matrix(f, d - 1)',
    'ds: matrix(f, d)',
    'dt: matrix(f, d)',
    'dE: matrix(m, f * d + k)',
    'X: matrix(m, f + k)',
    'w: matrix(f, d - 1)',
    'b: matrix(f, d - 1)',
    's: matrix(f, d)',
    'm: size',
    'k: size',
    'f: size',
    'd: size',
    'scale: number',
  ],
  /**
   * Piecewise-linear embedding of the first f inputs of X (f + k, m); E is as in `cosine`:
   * E_j := slope_j x_j + intercept_j + Σ q_i(x_j) V_i over the bins i of input j.
   *
   * `starts` has the number of the first bin of each input, and edges of its own lie at
   * `starts[j] + j`: one more than bins. q_i is the position of x_j between the edges of bin i, at
   * least 0 except in the first bin, at most 1 except in the last. A bin above the one of x_j adds
   * nothing, even where V is not finite. V (bins, d) is stored row by row. `below` is scratch.
   */
  piecewiseLinear: [
    'E: matrix(m, f * d + k)',
    'X: matrix(m, f + k)',
    'edges: matrix(bins + f)',
    'starts: starts(f, bins)',
    'slope: matrix(f, d)',
    'intercept: matrix(f, d)',
    'V: matrix(bins, d)',
    'below: matrix(bins, d)',
    'm: size',
    'k: size',
    'f: size',
    'd: size',
    'bins: size',
  ],
  /**
   * dslope, dintercept, dV := scale · the gradients through `piecewiseLinear`, summed over the
   * examples. `inBin` is scratch.
   */
  piecewiseLinearGradient: [
    'dslope: matrix(f, d)',
    'dintercept: matrix(f, d)',
    'dV: matrix(bins, d)',
    'inBin: matrix(bins, d)',
    'dE: matrix(m, f * d + k)',
    'X: matrix(m, f + k)',
    'edges: matrix(bins + f)',
    'starts: starts(f, bins)',
    'm: size',
    'k: size',
    'f: size',
    'd: size',
    'bins: size',
    'scale: number',
  ],

  /** A := g(Z), elementwise. A may be Z. */
  activate: ['activation: activation', 'A: matrix(count)', 'Z: matrix(count)', 'count: size'],
  /** dZ := dA * g'(Z), elementwise, where A = g(Z). dZ may be dA. */
  activationGradient: [
    'activation: activation',
    'dZ: matrix(count)',
    'dA: matrix(count)',
    'Z: matrix(count)',
    'A: matrix(count)',
    'count: size',
  ],

  /**
   * Inverted dropout: target := source * mask / (1 - rate). Target may be source. The mask is 1
   * where `dropoutBits(seed, counter, e)` is at least `dropoutThreshold(rate)` (random.ts), so the
   * backward pass makes the same mask again and none is stored.
   */
  dropout: [
    'target: matrix(count)',
    'source: matrix(count)',
    'count: size',
    'rate: number',
    'seed: word',
    'counter: word',
  ],

  /**
   * Batch normalization over the examples (Ioffe and Szegedy 2015, as torch.nn.BatchNorm1d) with
   * the mean and biased variance of each unit over the m rows: Y (n, m) := gamma (Z - mean) *
   * inverseDeviation + beta.
   *
   * Writes mean and inverseDeviation (n) for the backward pass. Moves runningMean and
   * runningVariance (n) by `momentum` towards the batch's mean and unbiased variance. m is at least
   * 2.
   */
  batchNormalize: [
    'Y: matrix(m, n)',
    'Z: matrix(m, n)',
    'gamma: matrix(n)',
    'beta: matrix(n)',
    'mean: matrix(n)',
    'inverseDeviation: matrix(n)',
    'runningMean: matrix(n)',
    'runningVariance: matrix(n)',
    'm: size',
    'n: size',
    'momentum: number',
    'epsilon: number',
  ],
  /**
   * Batch normalization in inference:
   * Y := gamma (Z - runningMean) / sqrt(runningVariance + epsilon) + beta. Y may be Z.
   */
  batchNormalizeWithRunning: [
    'Y: matrix(m, n)',
    'Z: matrix(m, n)',
    'gamma: matrix(n)',
    'beta: matrix(n)',
    'runningMean: matrix(n)',
    'runningVariance: matrix(n)',
    'm: size',
    'n: size',
    'epsilon: number',
  ],
  /**
   * dZ := the gradient through `batchNormalize`; dgamma, dbeta (n) := scale · their sums. dZ may be
   * dY.
   */
  batchNormalizationGradient: [
    'dZ: matrix(m, n)',
    'dY: matrix(m, n)',
    'Z: matrix(m, n)',
    'gamma: matrix(n)',
    'mean: matrix(n)',
    'inverseDeviation: matrix(n)',
    'dgamma: matrix(n)',
    'dbeta: matrix(n)',
    'm: size',
    'n: size',
    'scale: number',
  ],
  /**
   * Layer normalization over the units of each example (Ba et al. 2016, as torch.nn.LayerNorm).
   * Writes mean and inverseDeviation (m) for the backward pass.
   */
  layerNormalize: [
    'Y: matrix(m, n)',
    'Z: matrix(m, n)',
    'gamma: matrix(n)',
    'beta: matrix(n)',
    'mean: matrix(m)',
    'inverseDeviation: matrix(m)',
    'm: size',
    'n: size',
    'epsilon: number',
  ],
  /**
   * dZ := the gradient through `layerNormalize`; dgamma, dbeta (n) := scale · their sums. dZ may be
   * dY.
   */
  layerNormalizationGradient: [
    'dZ: matrix(m, n)',
    'dY: matrix(m, n)',
    'Z: matrix(m, n)',
    'gamma: matrix(n)',
    'mean: matrix(m)',
    'inverseDeviation: matrix(m)',
    'dgamma: matrix(n)',
    'dbeta: matrix(n)',
    'm: size',
    'n: size',
    'scale: number',
  ],

  ...ELEMENTWISE_LOSSES,
  /**
   * Softmax and cross-entropy (torch.nn.functional.cross_entropy) of logits A (n, m) and class
   * indices T (m). Returns the weighted sum of the losses; dA (n, m) := its gradient by the logits,
   * or nothing where dA is `NONE`.
   *
   * One row: w · (-(1 - s) c[t] log p[t] - s/n Σ_j c[j] log p[j]), with s the smoothing, c the
   * class weights and w the row's weight.
   */
  crossEntropy: [
    'dA: matrix?(m, n)',
    'A: matrix(m, n)',
    'T: classes(m, n)',
    'rowWeights: matrix?(m)',
    'classWeights: matrix?(n)',
    'm: size',
    'n: size',
    'smoothing: number',
    'returns: number',
  ],
  /** P (n, m) := softmax of each example's logits A. P may be A. */
  softmax: ['P: matrix(m, n)', 'A: matrix(m, n)', 'm: size', 'n: size'],

  /** Returns the sum of the squares of `count` numbers, in float64. */
  sumOfSquares: ['X: matrix(count)', 'count: size', 'returns: number'],
  /** X := factor · X. */
  scale: ['X: matrix(count)', 'count: size', 'factor: number'],
  /** X := X / |X|, the Frobenius norm, which is summed in float64. X = 0 remains 0. */
  divideByNorm: ['X: matrix(count)', 'count: size'],
  /** Y := alpha · X + beta · Y, as in BLAS: Y is not read where beta is 0. Y may be X. */
  axpby: ['Y: matrix(count)', 'X: matrix(count)', 'count: size', 'alpha: number', 'beta: number'],
  /** dW := dW + l1 · sign(W) + l2 · W. */
  addPenaltyGradient: ['dW: matrix(count)', 'W: matrix(count)', 'count: size', 'l1: number', 'l2: number'],

  /**
   * One step of torch.optim.SGD. `velocity` is `NONE` without momentum.
   * `first`: the velocity starts as the gradient.
   */
  sgd: [
    'X: matrix(count)',
    'dX: matrix(count)',
    'velocity: matrix?(count)',
    'count: size',
    'rate: number',
    'momentum: number',
    'nesterov: flag',
    'weightDecay: number',
    'first: flag',
  ],
  /** One step of torch.optim.RMSprop, not centered. `velocity` is `NONE` without momentum. */
  rmsprop: [
    'X: matrix(count)',
    'dX: matrix(count)',
    'square: matrix(count)',
    'velocity: matrix?(count)',
    'count: size',
    'rate: number',
    'alpha: number',
    'momentum: number',
    'epsilon: number',
    'weightDecay: number',
  ],
  /** One step of torch.optim.Adagrad with the decayed rate. */
  adagrad: [
    'X: matrix(count)',
    'dX: matrix(count)',
    'sum: matrix(count)',
    'count: size',
    'rate: number',
    'epsilon: number',
    'weightDecay: number',
  ],
  /**
   * One step of torch.optim.Adam; decoupled weight decay makes it AdamW (Loshchilov and Hutter
   * 2019). `meanCorrection` and `squareCorrection` are 1 - beta1^step and 1 - beta2^step, with
   * steps from 1.
   */
  adam: [
    'X: matrix(count)',
    'dX: matrix(count)',
    'mean: matrix(count)',
    'square: matrix(count)',
    'count: size',
    'rate: number',
    'beta1: number',
    'beta2: number',
    'epsilon: number',
    'weightDecay: number',
    'decoupled: flag',
    'meanCorrection: number',
    'squareCorrection: number',
  ],
  /**
   * One step of an exponential moving average: P := decay P + (1 - decay) X. With decay 0, P is a
   * copy of X.
   */
  average: ['P: matrix(count)', 'X: matrix(count)', 'count: size', 'decay: number'],
  /** One step of Lion (Chen et al. 2023, algorithm 2) with decoupled weight decay. */
  lion: [
    'X: matrix(count)',
    'dX: matrix(count)',
    'mean: matrix(count)',
    'count: size',
    'rate: number',
    'beta1: number',
    'beta2: number',
    'weightDecay: number',
  ],
  /**
   * Nesterov's momentum with a moving average of the gradient, as in Muon (Jordan et al. 2024):
   * mean := mean + (1 - momentum) (dX - mean), then U := dX + momentum (mean - dX).
   */
  nesterov: ['U: matrix(count)', 'mean: matrix(count)', 'dX: matrix(count)', 'count: size', 'momentum: number'],
} as const satisfies Readonly<Record<string, Signature>>;

export type KernelName = keyof typeof SIGNATURES;

/**
 * The kernels in the order of their declaration. Object.keys forgets the names of a constant table.
 */
export const KERNEL_NAMES = Object.keys(SIGNATURES) as KernelName[];

/**
 * An argument of a compiled kernel: `b: matrix?(n)` has the name `b`, the kind `matrix?` and the
 * shape `n`.
 */
export interface Argument {
  readonly name: string;
  readonly kind: string;
  readonly shape: string;
}

/** Parsed once, because every training creates its own kernels. */
const ARGUMENTS = new Map(KERNEL_NAMES.map((kernel) => [kernel, parseArguments(SIGNATURES[kernel])]));

/** The arguments of a compiled kernel, in their order. */
export function argumentsOf(kernel: KernelName): readonly Argument[] {
  return ARGUMENTS.get(kernel) ?? [];
}

/** Whether a kernel returns a number. */
export function returnsNumber(kernel: KernelName): boolean {
  const signature: Signature = SIGNATURES[kernel];
  return signature.includes(RETURNS_NUMBER);
}

function parseArguments(signature: Signature): readonly Argument[] {
  return signature.filter((text) => text !== RETURNS_NUMBER).map(parseArgument);
}

function parseArgument(text: string): Argument {
  const [name, type] = text.split(': ');
  const [kind, shape = ''] = type.slice(0, type.endsWith(')') ? -1 : undefined).split('(');
  return { name, kind, shape };
}
