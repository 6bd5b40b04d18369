import type { EnsembleHyperparameters } from '../../../jobs/submission/requestSchema.ts';
import type { Warning } from '../../../kit/warning.ts';
import { isComplete } from '../../../training/ensemble/outcome.ts';
import type { SelectionTask } from '../../thread/threadTask.ts';
import type { TrainedJob } from '../endJob.ts';
import type { PreparedDataEntry } from '../preparedDataCache.ts';
import type { RunSignals, ThreadRunDeps } from '../threadRun.ts';
import type { EnsembleControl } from './ensembleControl.ts';
import type { PlannedMember } from './ensembleProgress.ts';
import type { Member } from './trainMember.ts';

export interface EnsembleRunDeps extends ThreadRunDeps {
  /** Called when the networks can use another number of threads than before. */
  readonly onThreadsChanged: () => void;
}

/** An ensemble that is to be trained. */
export interface RunningEnsemble extends TrainedJob<EnsembleHyperparameters> {
  /** Whether the job was started before and did not end: most likely its process died. */
  readonly isRepeated: boolean;
}

/** An ensemble in training. */
export interface Ensemble {
  readonly members: readonly Member[];
  /** The plan of each member. */
  readonly planned: readonly PlannedMember[];
  /** Of the members so far. */
  readonly warnings: Warning[];
  readonly job: RunningEnsemble;
  readonly control: EnsembleControl;
  readonly signals: RunSignals & { readonly entries: PreparedDataEntry[] };
}

/** The networks of all folds of the same member. Without folds, it alone. */
export function foldsOf(members: readonly Member[], { member }: Member): readonly Member[] {
  return members.filter((each) => each.member === member);
}

/** The networks of members of which those of all folds have snapshots. */
export function completeMembers(members: readonly Member[]): readonly Member[] {
  return [...Map.groupBy(members, ({ member }) => member).values()].filter(isComplete).flat();
}

/** The selection among the snapshots of complete members so far. */
export function selectionTask(members: readonly Member[], { spec }: RunningEnsemble): SelectionTask {
  return {
    networks: completeMembers(members).map(({ member, fold, spec: own, prepared, file, columns, snapshots }) => ({
      ...{ member, fold, spec: own, prepared, file, columns, snapshots },
    })),
    maxSelected: spec.ensemble.maxSelected,
  };
}
