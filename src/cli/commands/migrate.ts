import { resolve } from 'node:path';
import { readConfig } from '../../config/config.ts';
import { SERVICE_SETTINGS } from '../../config/settings.ts';
import { findDataFolder } from '../../maintenance/dataFolder.ts';
import { dialect } from '../../store/database/database.ts';
import { type Command, EXIT_OK, positionalsOf } from '../command/command.ts';
import { processTerminal, type Terminal } from '../terminal/terminal.ts';

const SETTINGS = { data: SERVICE_SETTINGS.data };

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'migrate the database of a data folder to this version',
  usage: '[--data FOLDER]',
  settings: SETTINGS,
  writesData: true,
  flags: {},
  run: async (args) => applyMigrations(args, processTerminal()),
};

/**
 * Throws ConfigurationError if there is no database. Throws if a later version wrote it, and leaves
 * it unchanged.
 */
export function applyMigrations(args: readonly string[], terminal: Terminal): number {
  const { config, positionals } = readConfig(SETTINGS, args);
  positionalsOf(positionals, []);
  const { database } = findDataFolder(resolve(config.data));
  const applied = dialect.migrate(database);
  terminal.write(applied.map((name) => `${name}: applied\n`).join('') || `${database} is up to date.\n`);
  return EXIT_OK;
}
