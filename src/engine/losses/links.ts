/** The link function of a loss: the outputs of a network that predicts given values. */
export interface Link {
  /**
   * Whether a regression's target is standardized: only where outputs have the target's own scale.
   */
  readonly standardizesTarget: boolean;
  /**
   * Outputs for predicted numbers or, of classes, for the logarithm of each class's probability.
   */
  outputsOf(predictions: Float64Array): Float64Array;
}

/** The outputs are the predicted numbers. */
export const identity: Link = { standardizesTarget: true, outputsOf: (numbers) => numbers };

/** The outputs are logarithms of rates. */
export const log: Link = { standardizesTarget: false, outputsOf: (rates) => rates.map(Math.log) };

/** One output a row: the logit of the second of two classes. */
export const logit: Link = {
  standardizesTarget: false,
  outputsOf: (logs) => Float64Array.from({ length: logs.length / 2 }, (_, row) => logs[2 * row + 1] - logs[2 * row]),
};

/** One output a class; the logarithms of probabilities are logits. */
export const softmax: Link = { standardizesTarget: false, outputsOf: (logs) => logs };
