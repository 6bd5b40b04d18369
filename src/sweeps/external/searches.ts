import type { Next } from '../../search/search.ts';
import type { Database } from '../../store/database.ts';
import type { SweepRow } from '../../store/tables.ts';
import type { Question } from './searchThread.ts';
import type { Think } from './thinker.ts';

/** How a sweep stands that somebody else runs. */
export interface Standing {
  readonly row: SweepRow;
  readonly trials: number;
  /** Legs that are written. */
  readonly written: number;
  /** The trials that are out, in the order in which they were asked. */
  readonly out: readonly number[];
}

/** The searches of the sweeps that somebody else runs. They are kept from one question to the next, and built anew from the database where they are not. */
export interface Searches {
  /** One task of a sweep after the other: those who ask at once would be told to try the same. */
  inTurn<Answer>(sweepId: string, task: () => Promise<Answer>): Promise<Answer>;
  /** Undefined where the sweep does not run. */
  standing(sweepId: string): Promise<Standing | undefined>;
  /** What the search decides as the next leg of a sweep that stands so. */
  next(standing: Standing): Promise<Next>;
}

/** What the thread was told of a sweep. */
interface Known {
  readonly request: string;
  legs: number;
  /** Legs without a result. */
  readonly open: Set<number>;
}

/** What is known of a sweep takes no more than a line. */
const MOST_KNOWN = 1000;

export function createSearches({ database, think }: { readonly database: Database; readonly think: Think }): Searches {
  const known = new Map<string, Known>();
  const turns = new Map<string, Promise<unknown>>();

  async function question({ row }: Standing, { legs, open }: Known): Promise<Question> {
    const [fresh, told] = [await legsFrom(database, row.id, legs), await resultsOf(database, row.id, [...open])];
    return { sweepId: row.id, request: row.request, from: legs, legs: fresh, told };
  }

  /** Null where the thread knows less than it was told. */
  async function askThread(standing: Standing, before: Known): Promise<Next | null> {
    const { row } = standing;
    const asked = await question(standing, before);
    // Known again only once the thread knows it.
    known.delete(row.id);
    const next = await think(asked);
    if (next === null) return null;
    for (const { leg } of asked.told) before.open.delete(leg);
    for (const [i, { result }] of asked.legs.entries()) if (result === undefined) before.open.add(asked.from + i);
    before.legs += asked.legs.length;
    known.set(row.id, before);
    for (const oldest of known.keys()) if (known.size > MOST_KNOWN) known.delete(oldest);
    return next;
  }

  return {
    inTurn<Answer>(sweepId: string, task: () => Promise<Answer>): Promise<Answer> {
      const turn = (turns.get(sweepId) ?? Promise.resolve()).then(task, task);
      turns.set(sweepId, turn);
      const leave = () => {
        if (turns.get(sweepId) === turn) turns.delete(sweepId);
      };
      turn.then(leave, leave);
      return turn;
    },

    standing: (sweepId) => standingOf(database, sweepId),

    async next(standing) {
      const { id, request } = standing.row;
      const before = known.get(id);
      const next = before?.request === request ? await askThread(standing, before) : null;
      const anew = next ?? (await askThread(standing, { request, legs: 0, open: new Set() }));
      if (anew === null) throw new TypeError('a search that was told everything knows it');
      return anew;
    },
  };
}

async function standingOf(database: Database, sweepId: string): Promise<Standing | undefined> {
  const row = await database
    .selectFrom('sweeps')
    .selectAll()
    .where('id', '=', sweepId)
    .where('state', '=', 'running')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { last } = await database
    .selectFrom('legs')
    .select((eb) => eb.fn.max('number').as('last'))
    .where('sweepId', '=', sweepId)
    .executeTakeFirstOrThrow();
  const out = await database
    .selectFrom('trials')
    .select('number')
    .where('sweepId', '=', sweepId)
    .where('state', '=', 'running')
    .orderBy('number')
    .execute();
  // A trial that somebody else runs has one leg.
  const written = (last ?? -1) + 1;
  return { row, trials: written, written, out: out.map(({ number }) => number) };
}

async function legsFrom(database: Database, sweepId: string, from: number): Promise<Question['legs']> {
  const rows = await database
    .selectFrom('legs')
    .innerJoin('trials', (join) =>
      join.onRef('trials.sweepId', '=', 'legs.sweepId').onRef('trials.number', '=', 'legs.trial'),
    )
    .select(['legs.trial', 'legs.until', 'legs.result', 'trials.parameters'])
    .where('legs.sweepId', '=', sweepId)
    .where('legs.number', '>=', from)
    .orderBy('legs.number')
    .execute();
  return rows.map(({ trial, until, result, parameters }) => ({
    trial,
    parameters: JSON.parse(parameters),
    until,
    result: result === null ? undefined : JSON.parse(result),
  }));
}

async function resultsOf(database: Database, sweepId: string, legs: readonly number[]): Promise<Question['told']> {
  const rows = await database
    .selectFrom('legs')
    .select(['number', 'result'])
    .where('sweepId', '=', sweepId)
    .where('number', 'in', legs)
    .where('result', 'is not', null)
    .execute();
  return rows.map(({ number, result }) => ({ leg: number, result: JSON.parse(result ?? 'null') }));
}
