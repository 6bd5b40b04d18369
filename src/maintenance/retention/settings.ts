/** For how many days what has come to its end is kept. */
export interface Retention {
  /** Final jobs with their losses; undefined: for ever. */
  readonly keepJobsDays?: number | undefined;
  /** Whether the models of a job go with it, but for those that an alias names. */
  readonly deleteModelsWithJobs: boolean;
  /** What final jobs have told of themselves; their losses and their final state stay. */
  readonly keepEventsDays: number;
  /** What final jobs could go on from, to be extended or tried again. */
  readonly keepCheckpointsDays: number;
}
