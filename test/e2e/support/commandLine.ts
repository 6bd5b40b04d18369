import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PACKAGE_ROOT } from '../../support/builtService.ts';
import { endedWithTests } from '../../support/children.ts';

const COMMAND = join(PACKAGE_ROOT, 'dist/cli/trainyard.js');

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs the built command with pipes. Every line of standard output is passed to `onLine`, `flags`
 * are for Node, and `input` is the whole standard input.
 */
export async function runTrainyard(
  args: readonly string[],
  onLine: (line: string, child: ChildProcess) => void = () => undefined,
  flags: readonly string[] = [],
  input: string | Buffer | Readable = '',
): Promise<Ended> {
  const command = [...flags, COMMAND, ...args];
  const child = endedWithTests(spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'pipe'] }));
  // A command that exits early leaves the rest unread.
  child.stdin.on('error', () => {});
  if (input instanceof Readable) input.pipe(child.stdin);
  else child.stdin.end(input);
  createInterface({ input: child.stdout }).on('line', (line) => onLine(line, child));
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, output, errors };
}
