import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from '../../kit/clock.ts';
import type { Blobs } from '../../store/blobs/blobs.ts';
import type { Database, Queries } from '../../store/database/database.ts';
import { isTransient } from '../../store/database/errors.ts';
import type { CheckpointRow } from '../../store/database/tables.ts';
import type { Checkpoint } from '../../training/checkpoint/checkpoint.ts';
import { decodeCheckpoint, type EncodedCheckpoint } from '../../training/checkpoint/encoding.ts';
import { decodeMember, encodeMember } from '../../training/ensemble/encoding.ts';
import type { Snapshot } from '../../training/ensemble/snapshots.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';
import { createCheckpointStore } from './store.ts';

export interface CheckpointsDeps {
  readonly database: Database;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly log?: Logger | undefined;
}

/** What a network of an ensemble resumes from. */
interface RestoredMember {
  /** Null: it starts from the beginning. */
  readonly checkpoint: Checkpoint | null;
  /** Of all epochs before the checkpoint, in their order. */
  readonly snapshots: readonly Snapshot[];
  /** Whether its training is complete. */
  readonly isFinished: boolean;
}

/**
 * The checkpoints of the networks of an ensemble: a blob and a row each. Each has the snapshots
 * since the one before, so all of a network's checkpoints are stored until its job is deleted.
 */
export interface MemberCheckpoints {
  /**
   * The state of each network, from the longest sequence of intact checkpoints. Damaged and missing
   * ones are logged, and deleted with those after them. Rejects on transient errors, and then
   * deletes nothing.
   */
  restore(jobId: string, specs: readonly TrainingSpec[]): Promise<readonly RestoredMember[]>;
  /** Stores the blob. The checkpoint counts once its row is recorded. */
  write(
    jobId: string,
    member: number,
    checkpoint: EncodedCheckpoint,
    snapshots: readonly Snapshot[],
  ): Promise<CheckpointRow>;
  /**
   * Writes the row within the caller's transaction. Returns the files to remove after the commit.
   */
  record(queries: Queries, row: CheckpointRow): Promise<readonly string[]>;
  /** Deletes all checkpoints of a network that has left the ensemble. */
  forget(jobId: string, member: number): Promise<void>;
}

export function createMemberCheckpoints({ database, blobs, clock, log }: CheckpointsDeps): MemberCheckpoints {
  const store = createCheckpointStore(database);
  const forgetRows = async (rows: readonly CheckpointRow[]) => {
    await store.forget(rows);
    await blobs.remove(rows.map(({ file }) => file));
  };
  const read = async ({ file, sha256 }: CheckpointRow, spec: TrainingSpec) => {
    const path = await blobs.fetch(file);
    if (path === undefined) throw new Error('The checkpoint file is missing.');
    const bytes = await readFile(path);
    if (hashOf([bytes]) !== sha256) throw new Error('The checkpoint file has changed since it was written.');
    const { checkpoint, snapshots } = decodeMember(bytes);
    return { checkpoint: decodeCheckpoint(checkpoint, spec), snapshots };
  };

  const restoreMember = async (rows: readonly CheckpointRow[], spec: TrainingSpec): Promise<RestoredMember> => {
    const snapshots = new Map<number, Snapshot>();
    let checkpoint: Checkpoint | null = null;
    let isFinished = false;
    for (const [index, row] of rows.entries()) {
      try {
        const state = await read(row, spec);
        checkpoint = state.checkpoint;
        isFinished = row.finished === 1;
        for (const snapshot of state.snapshots) snapshots.set(snapshot.epoch, snapshot);
      } catch (error) {
        // The file is intact. Deleting it would lose hours of training.
        if (isTransient(error)) throw error;
        const { jobId, member, step } = row;
        log?.warn({ jobId, member, step, err: error }, 'a checkpoint cannot be used; using the previous one');
        await forgetRows(rows.slice(index));
        break;
      }
    }
    const inOrder = [...snapshots.values()].toSorted((a, b) => a.epoch - b.epoch);
    return { checkpoint, snapshots: inOrder, isFinished: isFinished && inOrder.length > 0 };
  };

  return {
    async restore(jobId, specs) {
      const rows = (await store.ofMembers(jobId)).toReversed();
      const restored: RestoredMember[] = [];
      for (const [index, spec] of specs.entries()) {
        const own = rows.filter(({ member }) => member === index + 1);
        restored.push(await restoreMember(own, spec));
      }
      return restored;
    },

    async write(jobId, member, { step, epoch, finished, bytes: checkpoint }, snapshots) {
      const file = `${jobId}.${member}.${step}.${randomUUID()}.checkpoint`;
      const parts = encodeMember({ checkpoint, snapshots });
      await blobs.put(file, parts);
      const bytes = parts.reduce((sum, part) => sum + part.length, 0);
      const row = { jobId, member, step, epoch, file, bytes, sha256: hashOf(parts), createdAt: clock() };
      return { ...row, finished: finished ? 1 : 0 };
    },

    record: store.recordMember,
    forget: async (jobId, member) => forgetRows((await store.ofMembers(jobId)).filter((row) => row.member === member)),
  };
}

function hashOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
