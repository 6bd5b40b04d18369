/** The messages of jobs that train an ensemble. */
import type { Failure } from '../../jobs/failures.ts';
import type { Log } from '../../jobs/schemas.ts';
import type { Warning } from '../../kit/warning.ts';
import type { SelectionSummary } from '../../training/ensemble/outcome.ts';

interface MemberFacts {
  readonly member: number;
  readonly fold: number | null;
  readonly progress: { readonly epoch: number };
  readonly spec: { readonly training: { readonly epochs: number } };
}

/** Significant digits of a score. */
const DIGITS = 4;

export function ensembleStartedLog(
  members: readonly MemberFacts[],
  planned: readonly { readonly epochs: number; readonly secondsPerEpoch: number }[],
): Log {
  const done = members.reduce((sum, { progress }) => sum + progress.epoch, 0);
  const epochs = planned.reduce((sum, member) => sum + member.epochs, 0);
  const networks = `${members.length} ${members.length === 1 ? 'network' : 'networks'}${inFolds(members)}, at most ${epochs} epochs in all`;
  if (done === 0) return { level: 'info', code: 'training_started', message: `Training started: ${networks}.` };
  const message = `Training resumed after ${done} epochs: ${networks}.`;
  return { level: 'info', code: 'training_resumed', message };
}

function inFolds(members: readonly MemberFacts[]): string {
  const folds = new Set(members.map(({ fold }) => fold)).size;
  return folds === 1 ? '' : ` (${countMembers(members)} with ${folds} folds each)`;
}

/** The networks of all folds of a member count as one. */
export function countMembers(members: readonly Pick<MemberFacts, 'member'>[]): number {
  return new Set(members.map(({ member }) => member)).size;
}

export function memberTrainedLog({ member, fold, progress, spec }: MemberFacts, members: number): Log {
  const message = `Network ${member} of ${members}${inFold(fold)} has trained for ${progress.epoch} of at most ${spec.training.epochs} epochs.`;
  return { level: 'info', code: 'member_trained', message };
}

/** What the ensemble would be, or is, with the best of its networks alone. */
export function selectionLog({ scoreName, score, selected, members }: SelectionSummary): Log {
  const networks = new Set(selected.map(({ member, fold }) => `${member} ${fold}`)).size;
  const best = members.reduce((a, b) => (b.score < a.score ? b : a));
  const message =
    `Ensemble of ${selected.length} ${selected.length === 1 ? 'snapshot' : 'snapshots'} of ${networks} ` +
    `${networks === 1 ? 'network' : 'networks'}: ${scoreName} ${format(score)}. ` +
    `The best network alone is network ${best.member} after epoch ${best.epoch}: ${format(best.score)}.`;
  return { level: 'info', code: 'ensemble_selected', message };
}

/** `why` is the message of the failure. */
export function divergedWarning({ member, fold }: Pick<MemberFacts, 'member' | 'fold'>, why: string): Warning {
  return { code: 'member_diverged', message: `Network ${member}${inFold(fold)} has left the ensemble. ${why}` };
}

/** Whether it is the message of `divergedWarning` for this member, in any fold. */
export function isDivergedMessage(message: string, member: number): boolean {
  return new RegExp(`^Network ${member}( in fold \\d+)? has left the ensemble`).test(message);
}

function inFold(fold: number | null): string {
  return fold === null ? '' : ` in fold ${fold}`;
}

/** The failure of an ensemble of which no network is left. */
export function allDiverged(warnings: readonly Warning[]): Failure {
  const reasons = warnings.filter(({ code }) => code === 'member_diverged').map(({ message }) => message);
  return { code: 'loss_diverged', message: `All networks of the ensemble diverged. ${reasons[0] ?? ''}`.trim() };
}

function format(score: number): string {
  return Number(score.toPrecision(DIGITS)).toString();
}
