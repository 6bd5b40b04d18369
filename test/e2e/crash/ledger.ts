/**
 * Whether something that was asked for has come about: it was answered, it was refused or never
 * asked, or the answer never came.
 */
export type Certainty = 'yes' | 'no' | 'unknown';

/** What the client requested with a unique name. */
interface Entry {
  readonly name: string;
  /** Known after the response. */
  id: string | undefined;
  made: Certainty;
  deleted: Certainty;
}

export interface DatasetEntry extends Entry {
  readonly kind: 'dataset';
  readonly table: string;
  readonly rows: number;
  /** The response precedes reading, so a crash may fail it. */
  readonly isAsync: boolean;
}

export interface JobEntry extends Entry {
  readonly kind: 'job';
  /** The name of its undisturbed run. */
  readonly training: string;
  /** The name of its dataset's table. */
  readonly table: string;
  /** Cancelled, and not retried since. */
  cancelled: Certainty;
  /** Stopped early, with the model so far. */
  stopped: Certainty;
  extended: Certainty;
  /** Retried after it was cancelled. */
  isRetried: boolean;
  /** Its events have ended. */
  isOver: boolean;
  /** A client is sending a request that determines how it ends. */
  isBusy: boolean;
}

/** What the client knows of the service: everything that it has requested. */
export interface Ledger {
  readonly datasets: DatasetEntry[];
  readonly jobs: JobEntry[];
}

export function createLedger(): Ledger {
  return { datasets: [], jobs: [] };
}

/** Resources that exist as far as the client knows. */
export function present<Thing extends Entry>(things: readonly Thing[]): readonly (Thing & { readonly id: string })[] {
  return things.filter((thing): thing is Thing & { id: string } => thing.id !== undefined && thing.deleted === 'no');
}
