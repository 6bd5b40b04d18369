import closeWithGrace from 'close-with-grace';
import { type Config, readConfig, withAbsoluteData } from '../../config/config.ts';
import { SERVICE_SETTINGS } from '../../config/settings.ts';
import { createLog, type Logger } from '../../kit/log.ts';
import { shutdownBudget } from '../../kit/shutdownBudget.ts';
import { startService } from '../../server/api.ts';
import { startLoneWorker } from '../../server/loneWorker.ts';
import { type Command, EXIT_OK, positionalsOf } from '../command/command.ts';
import { onStopSignals } from '../command/stopSignals.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'start the service: the API and the worker that trains',
  usage: '[flags]',
  settings: SERVICE_SETTINGS,
  writesData: true,
  flags: {},
  async run(args) {
    const { config, positionals } = readConfig(SERVICE_SETTINGS, args);
    positionalsOf(positionals, []);
    const log = createLog(config.logLevel).child({ process: config.role === 'worker' ? 'worker' : 'api' });
    const start = config.role === 'worker' ? startLoneWorker : startService;
    await serveUntilStopped(() => start(withAbsoluteData(config), log), config, log);
    return EXIT_OK;
  },
};

/**
 * The first signal stops the service gracefully, the second one immediately. Handlers are installed
 * first: the first process of a container ignores signals without a handler.
 */
async function serveUntilStopped(
  start: () => Promise<{ stop(): Promise<void> }>,
  config: Config,
  log: Logger,
): Promise<void> {
  const { promise: stopped, resolve: resolveStopped } = Promise.withResolvers<void>();
  onStopSignals(
    (signal) => {
      log.info({ signal }, 'stopping');
      resolveStopped();
    },
    (signal) => log.warn({ signal }, 'stopped by a second signal'),
  );
  const service = await start();
  const { promise, resolve } = Promise.withResolvers<void>();
  const grace = closeWithGrace(
    {
      delay: shutdownBudget(config.shutdownSeconds).totalMs,
      logger: false,
      skip: ['SIGINT', 'SIGTERM'],
      onTimeout: (timeoutMs) => log.error({ timeoutMs }, 'shutdown timed out: killed'),
    },
    async ({ err }) => {
      if (err) log.fatal({ err }, 'stopping after an error');
      await service.stop();
      log.info('stopped');
      resolve();
    },
  );
  stopped.then(() => grace.close());
  return promise;
}
