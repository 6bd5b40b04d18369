import { describe, expect, it } from 'vitest';
import { arrows, findCycle, folderOf, readSource, roomOf, sourceFiles, writesState } from './support/sourceTree.ts';

/**
 * The floor of each room. A room imports from itself, from lower floors and from the rooms in
 * `SAME_FLOOR`.
 */
const FLOORS: Readonly<Record<string, number>> = {
  cli: 9,
  server: 9,
  http: 8,
  sweeps: 7,
  models: 6,
  maintenance: 6,
  worker: 5,
  jobs: 4,
  search: 4,
  training: 3,
  datasets: 3,
  features: 2,
  access: 2,
  webhooks: 2,
  notifications: 2,
  engine: 1,
  formats: 1,
  store: 1,
  config: 1,
  kit: 0,
};

/** Commands start the service. */
const SAME_FLOOR = ['cli -> server'];

const MAX_FILES_A_FOLDER = 15;

/** Starts of a query: what Kysely's builder and raw SQL begin with. */
const QUERY = /\.(selectFrom|insertInto|updateTable|deleteFrom|replaceInto)\(|\bsql(<[^`]*>)?`/;

const between = (from: string, to: string) => `${from} -> ${to}`;

describe('the source tree', () => {
  it('has a floor for every room', () => {
    expect(sourceFiles.filter((file) => !(roomOf(file) in FLOORS))).toEqual([]);
  });

  it('finds imports, and modules that are named by a string', () => {
    expect(arrows).toContainEqual({
      from: 'store/database/database.ts',
      to: 'store/database/tables.ts',
      kind: 'import',
    });
    expect(arrows).toContainEqual({
      from: 'datasets/upload/ingestClient.ts',
      to: 'datasets/ingest/ingestProcess.ts',
      kind: 'module',
    });
  });

  it('imports downwards only', () => {
    const upward = arrows.filter(({ from, to }) => {
      const [room, imported] = [roomOf(from), roomOf(to)];
      return room !== imported && !SAME_FLOOR.includes(between(room, imported)) && FLOORS[room] <= FLOORS[imported];
    });
    expect(upward).toEqual([]);
  });

  it('has no cycle of imports', () => {
    expect(findCycle(arrows.filter(({ kind }) => kind === 'import'))).toEqual([]);
  });

  it('has no folders of one room that import each other', () => {
    const pairs = new Set(
      arrows
        .filter(({ from, to }) => roomOf(from) === roomOf(to) && folderOf(from) !== folderOf(to))
        .map(({ from, to }) => between(folderOf(from), folderOf(to))),
    );
    const mutual = [...pairs].filter((pair) => {
      const [from = '', to = ''] = pair.split(' -> ');
      return from < to && pairs.has(between(to, from));
    });
    expect(mutual).toEqual([]);
  });

  it(`has at most ${MAX_FILES_A_FOLDER} loose files a folder`, () => {
    const counts = Map.groupBy(sourceFiles, folderOf);
    const crowded = [...counts].filter(([, files]) => files.length > MAX_FILES_A_FOLDER).map(([folder]) => folder);
    expect(crowded).toEqual([]);
  });

  it('queries the database in the store, in *Store.ts files and in transitions.ts only', () => {
    const querying = sourceFiles.filter(
      (file) => roomOf(file) !== 'store' && !/([sS]tore|transitions)\.ts$/.test(file) && QUERY.test(readSource(file)),
    );
    expect(querying).toEqual([]);
  });

  it('reads JSON columns by the helper of the store', () => {
    const parsing = sourceFiles.filter(
      (file) => /([sS]tore|transitions|[vV]iew)\.ts$/.test(file) && readSource(file).includes('JSON.parse('),
    );
    expect(parsing).toEqual([]);
  });

  it.each([
    ['jobs', 'jobs/transitions.ts'],
    ['sweeps', 'sweeps/transitions.ts'],
    ['trials', 'sweeps/transitions.ts'],
  ])('writes the state of %s in %s only', (table, file) => {
    expect(sourceFiles.filter((other) => writesState(readSource(other), table))).toEqual([file]);
  });

  it.each([
    "queries.insertInto('jobs').values(row)",
    "queries.updateTable('jobs').set({ progress, state: 'failed' }).execute()",
    "const job = () => queries.updateTable('jobs');\njob().set((eb) => ({ attempts: eb.ref('attempts'), state }))",
    "queries.updateTable('jobs').set('state', next)",
    "queries.updateTable('jobs').set(sql.ref('state'), next)",
    "sql`UPDATE jobs SET progress = NULL, state = 'failed'`",
    "sqlite.exec('insert into jobs (id) values (1)')",
  ])('finds a statement that writes a state: %s', (source) => {
    expect(writesState(source, 'jobs')).toBe(true);
  });

  it.each([
    "queries.updateTable('jobs').set({ progress }).where('state', '=', 'running')",
    "queries.updateTable('datasets').set({ state: 'failed' })",
    'sql`UPDATE jobs SET progress = NULL WHERE state = 1`',
  ])('ignores other statements: %s', (source) => {
    expect(writesState(source, 'jobs')).toBe(false);
  });
});
