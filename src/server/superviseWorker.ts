import type { Config } from '../config/config.ts';
import type { Logger } from '../kit/log.ts';
import { siblingPath } from '../kit/node.ts';
import { stopTimesWithin } from '../kit/stopTimes.ts';
import type { NewsDesk } from '../notifications/bus.ts';
import type { Database } from '../store/database.ts';
import { type Supervisor, startSupervisor } from '../worker/supervisor.ts';
import { workerArguments } from './workerArguments.ts';

export interface SuperviseWorkerParts {
  readonly config: Config;
  readonly database: Database;
  readonly news: NewsDesk;
  readonly log: Logger;
}

/** Starts the worker process of this configuration, and starts it again whenever it dies. */
export function superviseWorker({ config, database, news, log }: SuperviseWorkerParts): Supervisor {
  const { workerMs: stopMs } = stopTimesWithin(config.shutdownSeconds);
  const module = siblingPath(import.meta.url, './trainingProcess');
  return startSupervisor({ database, module, args: workerArguments(config), news, stopMs, clock: Date.now, log });
}
