/** The worker process: `trainingProcess FLAGS`, forked by the process that supervises it. */
import { readConfig } from '../config/config.ts';
import { SERVICE_SETTINGS } from '../config/settings.ts';
import { createLog } from '../kit/log.ts';
import { runWorkerRole } from './worker.ts';

const { config } = readConfig(SERVICE_SETTINGS, process.argv.slice(2));
await runWorkerRole(config, createLog(config.logLevel).child({ process: 'worker' }));
