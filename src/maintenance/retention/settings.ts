/** Days for which data of final jobs is retained. */
export interface Retention {
  /** Final jobs with their losses; undefined: without limit. */
  readonly retainJobsDays?: number | undefined;
  /** Whether the models of a deleted job are deleted too, except those with an alias. */
  readonly deleteModelsWithJobs: boolean;
  /** Events of final jobs. Their losses and their last event are not deleted. */
  readonly retainEventsDays: number;
  /** Checkpoints of final jobs, from which a job can be extended or retried. */
  readonly retainCheckpointsDays: number;
}
