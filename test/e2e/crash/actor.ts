import { datasetDoings } from './doings/datasets.ts';
import type { DoingDeps } from './doings/doings.ts';
import { endingDoings } from './doings/endings.ts';
import { jobDoings } from './doings/jobs.ts';
import { webhookDoings } from './doings/webhooks.ts';

/** Does one action after another as clients do, and records the responses. */
export interface Actor {
  act(): Promise<void>;
}

/**
 * A new kind of resource needs its actions here, its entries in the ledger, and its faults in the
 * audit.
 */
export function createActor(deps: DoingDeps, webhookId: string): Actor {
  const kinds = [datasetDoings(deps), jobDoings(deps), endingDoings(deps), webhookDoings(deps, webhookId)];
  return {
    act: () => deps.random.pickWeighted(kinds.flatMap((doings) => doings()))(),
  };
}
