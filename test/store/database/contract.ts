import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { checkDatabase, type Database, inTransaction, openDatabase } from '../../../src/store/database/database.ts';
import { type DatabaseDialect, dialectOf } from '../../../src/store/database/dialect/dialect.ts';
import { isLocked, isTransient, violatedConstraint } from '../../../src/store/database/errors.ts';
import { fromJson, fromNullableJson, jsonField, toJson, toNullableJson } from '../../../src/store/database/json.ts';
import { writeWithRelaxedDurability } from '../../../src/store/database/relaxedDurability.ts';

export interface ContractOptions {
  readonly dialect: DatabaseDialect;
  /** A location without a database; it is removed after the test. */
  readonly newLocation: () => string;
}

const PROJECT = { runningJobs: null, queuedJobs: null, storedBytes: null, predictRows: null, createdAt: 0 };
const JOB = { project: 'default', name: 'j', state: 'queued', priority: 0, request: '{}', memoryBytes: 0 } as const;
const NEW_JOB = { ...JOB, warnings: '[]', attempts: 0, crashes: 0, createdAt: 0 };

/** What the service needs of a database. Every dialect passes it. */
export function describeDatabase({ dialect, newLocation }: ContractOptions): void {
  describe(`a database of the dialect ${dialect.name}`, () => {
    let location: string;
    let database: Database;
    const open = (busyTimeoutMs?: number) => {
      const opened = openDatabase(location, { dialect, busyTimeoutMs });
      onTestFinished(() => opened.destroy());
      return opened;
    };
    beforeEach(() => {
      location = newLocation();
      database = open();
    });

    const addProject = (queries: Database, name: string) =>
      queries
        .insertInto('projects')
        .values({ ...PROJECT, name })
        .execute();
    const projects = async (queries = database) =>
      (await queries.selectFrom('projects').select('name').orderBy('name').execute()).map(({ name }) => name);
    const addJob = (id: string, changes: object = {}) =>
      database
        .insertInto('jobs')
        .values({ ...NEW_JOB, id, ...changes })
        .execute();
    const addEvent = (data: string) =>
      database.insertInto('events').values({ jobId: 'job_1', type: 'log', afterEpoch: 0, data }).execute();
    const rejection = async (statement: Promise<unknown>): Promise<unknown> =>
      statement.then(
        () => expect.fail('the statement was accepted'),
        (error: unknown) => error,
      );

    it('has all migrations applied, and is the same when it is opened again', async () => {
      await addProject(database, 'p');
      expect(dialect.migrate(location)).toEqual([]);
      expect(await projects(open())).toEqual(['default', 'p']);
    });

    it('knows its dialect in connections and transactions', async () => {
      expect(dialectOf(database)).toBe(dialect);
      await database.connection().execute(async (connection) => expect(dialectOf(connection)).toBe(dialect));
      await database.transaction().execute(async (transaction) => expect(dialectOf(transaction)).toBe(dialect));
    });

    describe('a transaction', () => {
      it('is visible to other connections as a whole, after its end', async () => {
        const reader = open();
        await database.transaction().execute(async (transaction) => {
          await addProject(transaction, 'a');
          await addProject(transaction, 'b');
          expect(await projects(reader)).toEqual(['default']);
        });
        expect(await projects(reader)).toEqual(['a', 'b', 'default']);
      });

      it('leaves nothing when it fails, and the database can be used again', async () => {
        const failing = database.transaction().execute(async (transaction) => {
          await addProject(transaction, 'a');
          await addProject(transaction, 'a');
        });
        expect(violatedConstraint(await rejection(failing))).toBe('unique');
        await addProject(database, 'b');
        expect(await projects()).toEqual(['b', 'default']);
      });

      it('includes work that runs in the transaction of its caller', async () => {
        const failing = database.transaction().execute(async (transaction) => {
          await inTransaction(transaction, (inner) => addProject(inner, 'a'));
          throw new Error('rolled back');
        });
        expect(await rejection(failing)).toMatchObject({ message: 'rolled back' });
        await inTransaction(database, (own) => addProject(own, 'b'));
        expect(await projects()).toEqual(['b', 'default']);
      });

      it('waits for another one that writes, while this process does other work', async () => {
        const other = open();
        const finished = Promise.withResolvers<void>();
        const first = other.transaction().execute(async (transaction) => {
          await addProject(transaction, 'first');
          await finished.promise;
        });
        await yieldToEventLoop();
        const second = database.transaction().execute((transaction) => addProject(transaction, 'second'));
        for (let turn = 0; turn < 50; turn++) await yieldToEventLoop();
        finished.resolve();
        await Promise.all([first, second]);
        expect(await projects()).toEqual(['default', 'first', 'second']);
      });
    });

    describe('constraints', () => {
      it('are reported by kind', async () => {
        await addProject(database, 'p');
        expect(violatedConstraint(await rejection(addProject(database, 'p')))).toBe('unique');
        expect(violatedConstraint(await rejection(addJob('job_1', { project: 'none' })))).toBe('foreignKey');
        expect(violatedConstraint(await rejection(addJob('job_1', { memoryBytes: -1 })))).toBe('check');
        expect(violatedConstraint(await rejection(addJob('job_1', { request: '{' })))).toBe('check');
        expect(violatedConstraint(new Error('another'))).toBeUndefined();
      });

      it('set references to a deleted row to NULL, or delete the rows that refer to it', async () => {
        await addJob('job_1');
        await database.insertInto('jobLabels').values({ jobId: 'job_1', name: 'a', value: 'b' }).execute();
        const model = {
          id: 'mdl_1',
          project: 'default',
          name: 'm',
          jobId: 'job_1',
          task: 'binary',
          target: 't',
        } as const;
        await database
          .insertInto('models')
          .values({ ...model, description: '{}', sha256: '', createdAt: 0 })
          .execute();
        await database.deleteFrom('jobs').execute();
        expect(await database.selectFrom('models').select('jobId').execute()).toEqual([{ jobId: null }]);
        expect(await database.selectFrom('jobLabels').selectAll().execute()).toEqual([]);
      });
    });

    describe('a JSON column', () => {
      beforeEach(() => addJob('job_1'));

      it.each([
        [{ text: 'ünï "quoted" \\ 𝄞', list: [1, 2.5, null, true], nested: { a: [] } }],
        [[]],
        ['text'],
        [0],
        [{ number: 1e-300, large: Number.MAX_SAFE_INTEGER }],
      ])('returns the value that was written: %j', async (value) => {
        await addEvent(toJson(value));
        const { data } = await database.selectFrom('events').select('data').executeTakeFirstOrThrow();
        expect(fromJson(data)).toEqual(value);
      });

      it('can be NULL', async () => {
        await database
          .updateTable('jobs')
          .set({ progress: toNullableJson({ epoch: 1 }) })
          .execute();
        const progress = async () =>
          fromNullableJson((await database.selectFrom('jobs').select('progress').executeTakeFirstOrThrow()).progress);
        expect(await progress()).toEqual({ epoch: 1 });
        await database
          .updateTable('jobs')
          .set({ progress: toNullableJson(null) })
          .execute();
        expect(await progress()).toBeNull();
      });

      it('can be searched by a key', async () => {
        for (const state of ['queued', 'running']) await addEvent(toJson({ state, attempts: 1 }));
        await addEvent(toJson({}));
        const state = jsonField<string>(database, 'data', 'state');
        const all = await database.selectFrom('events').select(state.as('state')).orderBy('id').execute();
        expect(all.map((row) => row.state)).toEqual(['queued', 'running', null]);
        const found = database.selectFrom('events').select('id').where(state, '=', 'running');
        expect(await found.execute()).toHaveLength(1);
      });
    });

    it('counts the rows that a conditional update changes, and one of several updates wins', async () => {
      await addJob('job_1');
      const claim = (owner: string) =>
        database
          .updateTable('jobs')
          .set({ suspectAt: 1, name: owner })
          .where('id', '=', 'job_1')
          .where('suspectAt', 'is', null)
          .executeTakeFirstOrThrow();
      const counts = await Promise.all(['a', 'b', 'c'].map(claim));
      expect(counts.map(({ numUpdatedRows }) => numUpdatedRows).toSorted()).toEqual([0n, 0n, 1n]);
      const removed = await database.deleteFrom('jobs').where('id', '=', 'none').executeTakeFirstOrThrow();
      expect(removed.numDeletedRows).toBe(0n);
    });

    it('returns numbers for counts, sums and times, and 0 or 1 for conditions', async () => {
      const at = Date.parse('2100-01-01T00:00:00.123Z');
      await addJob('job_1', { createdAt: at, memoryBytes: 2 ** 52 });
      const row = await database
        .selectFrom('jobs')
        .select(['createdAt'])
        .select(({ fn }) => [fn.countAll<number>().as('jobs'), fn.sum<number>('memoryBytes').as('bytes')])
        .select(sql<0 | 1>`trial IS NULL`.as('isNoTrial'))
        .groupBy('createdAt')
        .executeTakeFirstOrThrow();
      expect(row).toEqual({ createdAt: at, jobs: 1, bytes: 2 ** 52, isNoTrial: 1 });
    });

    it('sets the time of an event itself, in milliseconds since 1970', async () => {
      await addJob('job_1');
      const before = Date.now();
      await addEvent('{}');
      const { createdAt } = await database.selectFrom('events').select('createdAt').executeTakeFirstOrThrow();
      expect(createdAt).toBeGreaterThanOrEqual(before - 1);
      expect(createdAt).toBeLessThanOrEqual(Date.now() + 1);
    });

    it('numbers events upwards, and never uses the number of a deleted one again', async () => {
      await addJob('job_1');
      for (let i = 0; i < 3; i++) await addEvent('{}');
      const newest = async () =>
        (await database.selectFrom('events').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()).id;
      const before = await newest();
      await database.deleteFrom('events').execute();
      await addEvent('{}');
      expect(await newest()).toBeGreaterThan(before);
    });

    it('reports a lock that lasts too long as a transient error', async () => {
      const [holder, waiter] = [open(), open(20)];
      const finished = Promise.withResolvers<void>();
      const writing = holder.transaction().execute(async (transaction) => {
        await addProject(transaction, 'first');
        const error = await rejection(addProject(waiter, 'first'));
        finished.resolve();
        return error;
      });
      await finished.promise;
      const error = await writing;
      expect([isLocked(error), isTransient(error), violatedConstraint(error)]).toEqual([true, true, undefined]);
    });

    it('compares text by its bytes', async () => {
      for (const name of ['b', 'B', 'a', 'é', '_']) await addProject(database, name);
      expect(await projects()).toEqual(['B', '_', 'a', 'b', 'default', 'é']);
    });

    it('stores what is written with relaxed durability, and nothing of what fails', async () => {
      await writeWithRelaxedDurability(database, (queries) => addProject(queries, 'a'));
      const failing = writeWithRelaxedDurability(database, (queries) =>
        inTransaction(queries, async (transaction) => {
          await addProject(transaction, 'b');
          throw new Error('rolled back');
        }),
      );
      expect(await rejection(failing)).toMatchObject({ message: 'rolled back' });
      expect(await projects(open())).toEqual(['a', 'default']);
    });

    it('is intact, before and after deleted rows are vacuumed', async () => {
      for (let i = 0; i < 200; i++) await addProject(database, `${i}`.padEnd(1000, 'x'));
      await database.deleteFrom('projects').where('name', '<>', 'default').execute();
      await checkDatabase(database, location);
      await dialect.vacuum(database);
      await checkDatabase(database, location);
      expect(await projects()).toEqual(['default']);
    });

    it('has a snapshot without what is not committed', async () => {
      const target = newLocation();
      await addProject(database, 'committed');
      await database.transaction().execute(async (transaction) => {
        await addProject(transaction, 'open');
        dialect.snapshot(location, target);
      });
      const copy = openDatabase(target, { dialect });
      onTestFinished(() => copy.destroy());
      expect(await projects(copy)).toEqual(['committed', 'default']);
    });

    it('has locks that one holder at a time acquires', () => {
      const path = newLocation();
      const lock = dialect.lock(path);
      expect(dialect.lock(path)).toBeUndefined();
      lock?.release();
      const again = dialect.lock(path);
      expect(again).toBeDefined();
      again?.release();
    });
  });
}
