import type { Config } from '../config/config.ts';
import type { Logger } from '../kit/log.ts';
import { modulePath } from '../kit/node.ts';
import { shutdownBudget } from '../kit/shutdownBudget.ts';
import type { EventBus } from '../notifications/bus.ts';
import type { Database } from '../store/database/database.ts';
import { type Supervisor, startSupervisor } from '../worker/supervisor.ts';
import { workerArguments } from './workerArguments.ts';

export interface SuperviseWorkerDeps {
  readonly config: Config;
  readonly database: Database;
  readonly bus: EventBus;
  readonly log: Logger;
}

/** Starts the worker process of this configuration, and restarts it whenever it exits. */
export function superviseWorker({ config, database, bus, log }: SuperviseWorkerDeps): Supervisor {
  const { workerMs: stopMs } = shutdownBudget(config.shutdownSeconds);
  const module = modulePath(import.meta.url, './trainingProcess');
  return startSupervisor({ database, module, args: workerArguments(config), bus, stopMs, clock: Date.now, log });
}
