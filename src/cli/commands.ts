import { isStartedByNpm, UsageError } from '../config/config.ts';
import { packageVersion } from '../kit/node.ts';
import { createPrivateFiles } from '../kit/permissions.ts';
import { type Command, EXIT_OK } from './command/command.ts';
import { failureOf, problemOf } from './command/failures.ts';
import { commandHelp, overview, usageLine } from './command/help.ts';
import { endWithParent } from './command/npmShell.ts';
import { backupCommand } from './commands/backup.ts';
import { demoCommand } from './commands/demo.ts';
import { keysCommand } from './commands/keys.ts';
import { migrateCommand } from './commands/migrate.ts';
import { openapiCommand } from './commands/openapi.ts';
import { predictCommand } from './commands/predict.ts';
import { restoreCommand } from './commands/restore.ts';
import { serveCommand } from './commands/serve.ts';
import { sweepCommand } from './commands/sweep.ts';
import { trainCommand } from './commands/train.ts';

/** In the order of `trainyard --help`. */
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

const HELP = ['--help', '-h', 'help'];

/**
 * Runs the command of the command line and returns the exit code: 0 success, 1 failure, 2 wrong
 * usage, 78 wrong configuration.
 */
export async function runCommand([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version') return print(packageVersion());
  if (name === undefined || (HELP.includes(name) && args.length === 0)) return print(overview(COMMANDS));
  if (name === 'help') return runCommand([...args, '--help']);
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) return report(unknownCommand(name), undefined, false);
  if (args.includes('--help') || args.includes('-h')) return print(commandHelp(command));
  if (command.writesData) createPrivateFiles();
  if (isStartedByNpm()) endWithParent();
  try {
    return await command.run(args);
  } catch (error) {
    return report(error, command, 'json' in command.flags && args.includes('--json'));
  }
}

function unknownCommand(name: string): UsageError {
  const known = COMMANDS.map((command) => command.name);
  return new UsageError(`Unknown command ${JSON.stringify(name)}.`, name, known);
}

function print(text: string): number {
  console.log(text);
  return EXIT_OK;
}

/** Writes a failure to standard error, with the usage if the command line was wrong. */
function report(error: unknown, command: Command | undefined, asJson: boolean): number {
  const { message, exitCode } = failureOf(error);
  if (asJson) console.error(JSON.stringify(problemOf(error), null, 2));
  else console.error(error instanceof UsageError ? `${message}\n${usageLine(command)}` : message);
  return exitCode;
}
