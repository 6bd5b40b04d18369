/** How long a run is, at most: early stopping may end it sooner. */
export interface RunPlan {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Rows that train in one epoch. */
  readonly rowsPerEpoch: number;
  /** How many threads it gains from, as far as the player has them and the training allows. */
  readonly maxThreads: number;
  /** What was done before, where the run goes on from a checkpoint. */
  readonly done: { readonly epochs: number; readonly steps: number };
}

/** What is measured in an epoch. */
export interface EpochMeasures {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps since the run began. */
  readonly step: number;
  /** The mean over the epoch's steps, each before its step, without penalties. */
  readonly trainingLoss: number;
  /** Null when there are no validation rows. */
  readonly validationLoss: number | null;
  /** Of the validation rows. */
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** Of this epoch, validation included. */
  readonly seconds: number;
  readonly rowsPerSecond: number;
}

/** What is known after an epoch. */
export interface EpochReport extends EpochMeasures {
  /** Whether no epoch so far was better: its parameters are kept. */
  readonly isBest: boolean;
}
