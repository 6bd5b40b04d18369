import closeWithGrace from 'close-with-grace';
import { checkConfig, readConfig, SERVICE_SETTINGS } from '../config.ts';
import { createLog } from '../kit/log.ts';
import { startService } from '../main.ts';
import { type Command, EXIT_FINE } from './command.ts';

/** How long running trainings and open answers have to come to an end. */
const SHUTDOWN_MS = 10_000;

export const serveCommand: Command = {
  name: 'serve',
  summary: 'start the service: the API and, beside it, the worker that trains',
  usage: '',
  settings: SERVICE_SETTINGS,
  flags: {},
  async run(args) {
    const config = checkConfig(readConfig(SERVICE_SETTINGS, args).config);
    const log = createLog(config.logLevel);
    const service = await startService(config, log);
    return new Promise((resolve) => {
      closeWithGrace({ delay: SHUTDOWN_MS, logger: false }, async ({ err }) => {
        if (err) log.fatal({ err }, 'stopping after a fault');
        await service.stop();
        resolve(EXIT_FINE);
      });
    });
  },
};
