/** The worker process: `trainingProcess FLAGS`, forked by the process that supervises it. */
import { readConfig } from '../config.ts';
import { createLog } from '../kit/log.ts';
import { SERVICE_SETTINGS } from '../settings.ts';
import { runWorkerRole } from '../workerRole.ts';

const { config } = readConfig(SERVICE_SETTINGS, process.argv.slice(2));
await runWorkerRole(config, createLog(config.logLevel).child({ process: 'worker' }));
