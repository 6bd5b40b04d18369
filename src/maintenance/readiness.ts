import type { Logger } from '../kit/log.ts';

export interface ReadinessDeps {
  /** Why nothing can be stored now; it may take a moment. */
  readonly findStorageFaults: () => Promise<readonly string[]>;
  /** Why no jobs can be trained now. */
  readonly workerFault: () => string | undefined;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  readonly log?: Logger | undefined;
}

/** Sentences that say why the service cannot take work now; none: it can. */
export type Readiness = () => Promise<readonly string[]>;

/** Load balancers ask often and all at once; anybody may ask. */
const CACHED_MS = 1_000;

/**
 * Answers from a check that began within the last second. Logs the reasons once when the service
 * becomes unready, and when that is over.
 */
export function createReadiness({ findStorageFaults, workerFault, now, log }: ReadinessDeps): Readiness {
  let checked: { readonly at: number; readonly faults: Promise<readonly string[]> } | undefined;
  let logged = '';

  const storageFaults = () => {
    if (checked === undefined || now() - checked.at >= CACHED_MS) checked = { at: now(), faults: findStorageFaults() };
    return checked.faults;
  };

  return async () => {
    const faults = [...(await storageFaults()), workerFault()].filter((fault) => fault !== undefined);
    const reasons = faults.join(' ');
    if (reasons !== logged) {
      if (reasons === '') log?.info('ready again');
      else log?.warn({ reasons }, 'not ready');
      logged = reasons;
    }
    return faults;
  };
}
