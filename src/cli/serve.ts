import closeWithGrace from 'close-with-grace';
import { type Config, readConfig, SERVICE_SETTINGS, withAbsoluteData } from '../config.ts';
import { createLog, type Logger } from '../kit/log.ts';
import { runWorkerRole, startService } from '../main.ts';
import { type Command, EXIT_FINE, positionalsOf } from './command.ts';

/** How long the worker's threads and open answers have to come to an end. */
const SHUTDOWN_MS = 15_000;

export const serveCommand: Command = {
  name: 'serve',
  summary: 'start the service: the API and, beside it, the worker that trains',
  usage: '[flags]',
  settings: SERVICE_SETTINGS,
  flags: {},
  async run(args) {
    const { config, positionals } = readConfig(SERVICE_SETTINGS, args);
    positionalsOf(positionals, []);
    const log = createLog(config.logLevel);
    if (config.role === 'worker') await runWorkerRole(withAbsoluteData(config), log);
    else await serveUntilTold(withAbsoluteData(config), log);
    return EXIT_FINE;
  },
};

/** A first signal ends the service in order, a second one at once. */
async function serveUntilTold(config: Config, log: Logger): Promise<void> {
  const service = await startService(config, log);
  const { promise, resolve } = Promise.withResolvers<void>();
  closeWithGrace({ delay: SHUTDOWN_MS, logger: false }, async ({ err }) => {
    if (err) log.fatal({ err }, 'stopping after a fault');
    await service.stop();
    resolve();
  });
  return promise;
}
