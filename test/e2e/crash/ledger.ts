/**
 * Whether something that was asked for has come about: it was answered, it was refused or never
 * asked, or the answer never came.
 */
export type Told = 'yes' | 'no' | 'unknown';

/** What the client asked for under a name of its own. */
interface Entry {
  readonly name: string;
  /** Known once it was answered. */
  id: string | undefined;
  made: Told;
  deleted: Told;
}

export interface DatasetEntry extends Entry {
  readonly kind: 'dataset';
  readonly table: string;
  readonly rows: number;
  /** Answered before it is read, so that a crash may fail it. */
  readonly isAsync: boolean;
}

export interface JobEntry extends Entry {
  readonly kind: 'job';
  /** What an undisturbed run of it is called. */
  readonly training: string;
  /** The name of its dataset's table. */
  readonly table: string;
  /** Cancelled, and not tried again since. */
  cancelled: Told;
  /** Ended before it would have, with what it had. */
  stopped: Told;
  extended: Told;
  /** Tried again after it was cancelled. */
  isRetried: boolean;
  /** Its events have come to their end. */
  isOver: boolean;
  /** Somebody asks for something that decides how it ends. */
  isBusy: boolean;
}

/** What the client knows of the service: each thing that it has asked for. */
export interface Ledger {
  readonly datasets: DatasetEntry[];
  readonly jobs: JobEntry[];
}

export function createLedger(): Ledger {
  return { datasets: [], jobs: [] };
}

/** Things that are there for all that the client knows. */
export function present<Thing extends Entry>(things: readonly Thing[]): readonly (Thing & { readonly id: string })[] {
  return things.filter((thing): thing is Thing & { id: string } => thing.id !== undefined && thing.deleted === 'no');
}
