import { resolve } from 'node:path';
import { readConfig } from '../../config/config.ts';
import { SERVICE_SETTINGS } from '../../config/settings.ts';
import { restoreBackup } from '../../maintenance/backup/restore.ts';
import { type Command, EXIT_OK, positionalsOf } from '../command/command.ts';
import { processTerminal, type Terminal } from '../terminal/terminal.ts';

const SETTINGS = { data: SERVICE_SETTINGS.data };

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'restore a data folder from a backup, after checking the backup',
  usage: 'BACKUP [--data FOLDER]',
  settings: SETTINGS,
  writesData: true,
  flags: {},
  run: (args) => restore(args, processTerminal()),
};

/**
 * Throws ConfigurationError for a data folder that is not empty, and an error for a backup that
 * cannot be restored.
 */
async function restore(args: readonly string[], terminal: Terminal): Promise<number> {
  const { config, positionals } = readConfig(SETTINGS, args);
  const [backup] = positionalsOf(positionals, ['BACKUP']);
  const data = resolve(config.data);
  const { version, createdAt } = await restoreBackup({ backup: resolve(backup), data, clock: Date.now });
  terminal.write(
    `${data} is restored to its state at ${createdAt} (Trainyard ${version}). Start it: trainyard serve --data ${data}\n`,
  );
  return EXIT_OK;
}
