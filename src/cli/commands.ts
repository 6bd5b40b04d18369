import { ConfigurationError, EXIT_WRONG_CONFIGURATION, isStartedByNpm } from '../config.ts';
import { createPrivateFiles } from '../kit/permissions.ts';
import { packageVersion } from '../kit/version.ts';
import { backupCommand } from './backup.ts';
import { type Command, EXIT_FAILED, EXIT_FINE } from './command.ts';
import { demoCommand } from './demo.ts';
import { commandHelp, overview } from './help.ts';
import { keysCommand } from './keys.ts';
import { migrateCommand } from './migrate.ts';
import { endWithParent } from './npmShell.ts';
import { openapiCommand } from './openapi.ts';
import { predictCommand } from './predict.ts';
import { restoreCommand } from './restore.ts';
import { serveCommand } from './serve.ts';
import { sweepCommand } from './sweep.ts';
import { trainCommand } from './train.ts';

/** In the order in which `trainyard --help` names them. */
const COMMANDS: readonly Command[] = [
  serveCommand,
  demoCommand,
  trainCommand,
  sweepCommand,
  predictCommand,
  keysCommand,
  backupCommand,
  restoreCommand,
  migrateCommand,
  openapiCommand,
];

/** Runs what the command line asks for and answers the exit code: 0 fine, 1 failed, 78 wrong configuration. */
export async function runCommand([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version') return print(packageVersion());
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return print(overview(COMMANDS));
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) return refuse(`There is no command ${JSON.stringify(name)}: trainyard --help names them.`);
  if (args.includes('--help') || args.includes('-h')) return print(commandHelp(command));
  if (command.writesData) createPrivateFiles();
  if (isStartedByNpm()) endWithParent();
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof ConfigurationError) return refuse(error.message);
    console.error(error instanceof Error ? error.message : error);
    return EXIT_FAILED;
  }
}

function print(text: string): number {
  console.log(text);
  return EXIT_FINE;
}

function refuse(message: string): number {
  console.error(message);
  return EXIT_WRONG_CONFIGURATION;
}
