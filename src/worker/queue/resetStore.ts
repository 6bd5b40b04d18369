import type { Log } from '../../jobs/schemas.ts';
import type { Database } from '../../store/database/database.ts';
import { fromJson, jsonField, toJson } from '../../store/database/json.ts';
import type { LossRow } from '../../store/database/tables.ts';
import type { Checkpoint } from '../../training/checkpoint/checkpoint.ts';
import type { Monitor } from '../../training/schemas/monitors.ts';
import { divergedWarning, isDivergedMessage } from '../progress/ensembleMessages.ts';
import { bestOf, latestOf } from '../progress/epochSummary.ts';

/**
 * Sets the progress of a job of worker `owner` to that of the checkpoint, or to none. The losses of
 * later epochs stay until these epochs are trained again, with the same results.
 */
export async function resetToCheckpoint(
  database: Database,
  owner: string,
  id: string,
  checkpoint: Checkpoint | null,
  monitor: Monitor,
): Promise<void> {
  const lossOf = async (epoch: number | undefined): Promise<LossRow | undefined> =>
    epoch === undefined
      ? undefined
      : database.selectFrom('losses').selectAll().where('jobId', '=', id).where('epoch', '=', epoch).executeTakeFirst();
  const [latest, best] = [
    await lossOf(checkpoint ? checkpoint.epoch - 1 : undefined),
    await lossOf(checkpoint?.best?.epoch),
  ];
  await database
    .updateTable('jobs')
    .set({
      latest: latest ? toJson(latestOf(reportOf(latest))) : null,
      best: best ? toJson(bestOf(reportOf(best), monitor)) : null,
      ...(checkpoint === null && { progress: null }),
    })
    .where('id', '=', id)
    .where('leaseOwner', '=', owner)
    .execute();
}

/**
 * Deletes the losses of the networks of an ensemble, of a job of worker `owner`, after the epochs
 * from which they resume. `epochs` has the complete epochs of networks, by their numbers.
 */
export async function resetMembers(
  database: Database,
  owner: string,
  id: string,
  epochs: ReadonlyMap<number, number>,
): Promise<void> {
  for (const [member, done] of epochs) {
    await database
      .deleteFrom('jobMemberLosses')
      .where('jobId', '=', id)
      .where('member', '=', member)
      .where('epoch', '>', done)
      .where(({ exists, selectFrom }) =>
        exists(selectFrom('jobs').select('id').where('id', '=', id).where('leaseOwner', '=', owner)),
      )
      .execute();
  }
}

/**
 * The numbers of the networks of an ensemble that have diverged, each with the message of the log
 * line of its member. Each member has `folds` networks.
 */
export async function findDiverged(
  database: Database,
  id: string,
  folds: number,
): Promise<ReadonlyMap<number, string>> {
  const members = await database
    .selectFrom('jobMembers')
    .select('member')
    .where('jobId', '=', id)
    .where('state', '=', 'diverged')
    .execute();
  const logs = await database
    .selectFrom('events')
    .select('data')
    .where('jobId', '=', id)
    .where('type', '=', 'log')
    .where(jsonField(database, 'data', 'code'), '=', 'member_diverged')
    .execute();
  const messages = logs.map(({ data }) => fromJson<Log>(data).message);
  return new Map(
    members.map(({ member: number }) => {
      const member = Math.ceil(number / folds);
      const { message } = divergedWarning({ member, fold: null }, '');
      return [number, messages.findLast((each) => isDivergedMessage(each, member)) ?? message.trim()];
    }),
  );
}

function reportOf({ metrics, ...loss }: LossRow) {
  return { ...loss, metrics: fromJson<Readonly<Record<string, number | null>>>(metrics) };
}
