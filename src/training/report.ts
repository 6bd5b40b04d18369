/** The maximum length of a run: early stopping may end it sooner. */
export interface RunPlan {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Training rows in one epoch. */
  readonly rowsPerEpoch: number;
  /** Number of threads it benefits from, within the limits of the backend and the training. */
  readonly maxThreads: number;
  /** What was done before, if the run resumes from a checkpoint. */
  readonly done: { readonly epochs: number; readonly steps: number };
}

/** The measures of an epoch. */
export interface EpochMeasures {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps since the run began. */
  readonly step: number;
  /** The mean over the epoch's steps, each before its update, without penalties. */
  readonly trainingLoss: number;
  /** Null if there are no validation rows. */
  readonly validationLoss: number | null;
  /** Of the validation rows. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** Of this epoch, including validation. */
  readonly seconds: number;
  readonly rowsPerSecond: number;
}

/** The report of an epoch. */
export interface EpochReport extends EpochMeasures {
  /** Whether no earlier epoch was better: its parameters are copied. */
  readonly isBest: boolean;
}
