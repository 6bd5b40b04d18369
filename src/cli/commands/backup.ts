import { resolve } from 'node:path';
import { readConfig } from '../../config/config.ts';
import { SERVICE_SETTINGS } from '../../config/settings.ts';
import { makeBackup } from '../../maintenance/backup/backup.ts';
import { type Command, EXIT_OK, positionalsOf } from '../command/command.ts';
import { formatBytes } from '../terminal/numbers.ts';
import { processTerminal, type Terminal } from '../terminal/terminal.ts';

const SETTINGS = { data: SERVICE_SETTINGS.data };

export const backupCommand: Command = {
  name: 'backup',
  summary: 'copy a data folder to a new folder, also while its service runs',
  usage: 'FOLDER [--data FOLDER]',
  settings: SETTINGS,
  writesData: true,
  flags: {},
  run: (args) => backup(args, processTerminal()),
};

/** Throws ConfigurationError if there is no data folder, or if the target exists. */
async function backup(args: readonly string[], terminal: Terminal): Promise<number> {
  const { config, positionals } = readConfig(SETTINGS, args);
  const [folder] = positionalsOf(positionals, ['FOLDER']);
  const target = resolve(folder);
  const { manifest, missingFiles } = await makeBackup({ data: resolve(config.data), target, clock: Date.now });
  for (const path of missingFiles)
    terminal.warn(`${path} is missing in the data folder. The backup does not contain it.\n`);
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  terminal.write(`${target}: ${manifest.files.length} files, ${formatBytes(bytes)}.\n`);
  return EXIT_OK;
}
