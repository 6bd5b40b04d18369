import type { Database } from '../../store/database/database.ts';
import { fromJson, toJson } from '../../store/database/json.ts';
import type { LossRow } from '../../store/database/tables.ts';
import type { Checkpoint } from '../../training/checkpoint/checkpoint.ts';
import type { Monitor } from '../../training/schemas/monitors.ts';
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
 * from which they resume. `epochs` has the complete epochs of each network, in order.
 */
export async function resetMembers(
  database: Database,
  owner: string,
  id: string,
  epochs: readonly number[],
): Promise<void> {
  for (const [index, done] of epochs.entries()) {
    await database
      .deleteFrom('jobMemberLosses')
      .where('jobId', '=', id)
      .where('member', '=', index + 1)
      .where('epoch', '>', done)
      .where(({ exists, selectFrom }) =>
        exists(selectFrom('jobs').select('id').where('id', '=', id).where('leaseOwner', '=', owner)),
      )
      .execute();
  }
}

function reportOf({ metrics, ...loss }: LossRow) {
  return { ...loss, metrics: fromJson<Readonly<Record<string, number | null>>>(metrics) };
}
