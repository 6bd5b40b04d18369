import type { Logger } from '../kit/log.ts';

export interface ReadinessDeps {
  /** Reasons why data cannot be stored. The check can last seconds. */
  readonly findStorageFaults: () => Promise<readonly string[]>;
  /** The reason why no jobs can be trained; undefined: they can. */
  readonly workerFault: () => string | undefined;
  /** Monotonic time in milliseconds. */
  readonly now: () => number;
  readonly log?: Logger | undefined;
}

/** Sentences that say why the service is not ready; empty: it is ready. */
export type Readiness = () => Promise<readonly string[]>;

/** Load balancers ask often and at the same time, without authentication. */
const CACHED_MS = 1_000;

/**
 * Returns the result of a check that began within the last second. Logs the reasons once when the
 * service becomes unready, and once when it is ready again.
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
