/**
 * A user's machine: npm and Node of the system, without a compiler, Python or settings of this
 * project.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { groupEndedWithTests } from './children.ts';

/** npm needs no more: `env` starts it, and it starts commands in `sh`. */
const TOOLS = ['node', 'npm', 'npx', 'sh', 'env'];

export interface User {
  /** Starts a command in a folder, in a separate process group. */
  start(command: string, args: readonly string[], folder: string): ChildProcess;
  /** Runs a command to its end. Throws with its output if it fails. */
  run(command: string, args: readonly string[], folder: string): Promise<string>;
}

/** A user whose PATH has only links to these tools, in the folder `bin`. */
export function createUser(bin: string): User {
  mkdirSync(bin);
  for (const tool of TOOLS) symlinkSync(systemPath(tool), join(bin, tool));
  const env = { ...withoutNpm(process.env), PATH: bin };
  const start = (command: string, args: readonly string[], folder: string) =>
    groupEndedWithTests(spawn(command, args, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] }));
  return {
    start,
    async run(command, args, folder) {
      const child = start(command, args, folder);
      if (!child.stdout || !child.stderr) throw new Error('The command was started without pipes.');
      const [output, errors, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ]);
      if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}\n${errors}`);
      return output;
    },
  };
}

/**
 * The first such program on the PATH outside `node_modules`: npm puts the project's Node before the
 * system's.
 */
export function systemPath(tool: string): string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const found = folders.map((folder) => join(folder, tool)).find(isExecutable);
  if (found === undefined) throw new Error(`${tool} is not on the PATH.`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `npm run` and `npx` pass the settings of this project to their children. */
export function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(npm_|INIT_CWD|NODE|VITEST)/i.test(name)));
}
