/** The loss is not a finite number: the training cannot continue. */
export class LossDivergedError extends Error {
  readonly code = 'loss_diverged';
  /** From 1. */
  readonly epoch: number;

  constructor(epoch: number, learningRate: number) {
    super(
      `The loss was no longer a finite number in epoch ${epoch}. Try a smaller learning rate than ${learningRate}, training.clipGradientNorm, or features.scaling "quantileNormal" against outliers.`,
    );
    this.name = 'LossDivergedError';
    this.epoch = epoch;
  }
}
