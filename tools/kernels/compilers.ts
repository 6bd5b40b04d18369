import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Compiler {
  readonly command: string;
  /** The first line of its version output. */
  readonly version: string;
}

/** Compiler errors are long; the cause is in the first line with an error. */
const LONGEST_REASON = 200;

/** The C++ compiler that CXX names, or the first default one that works; null if there is none. */
export async function findCompiler(wanted: string | undefined): Promise<Compiler | null> {
  for (const command of wanted ? [wanted] : ['c++', 'g++', 'clang++']) {
    const answer = await run(command, ['--version']).catch(() => null);
    if (answer) return { command, version: answer.stdout.split('\n', 1)[0] };
  }
  return null;
}

/** Returns the compiler's output. Throws an Error with the cause of a failure in one line. */
export async function compile({ command }: Compiler, args: readonly string[], folder: URL): Promise<string> {
  try {
    const { stderr } = await run(command, args, { cwd: folder });
    return stderr;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    const lines = said.split('\n').filter((line) => line.trim() !== '');
    const reason = lines.find((line) => /error|cannot|undefined/i.test(line)) ?? lines[0] ?? String(error);
    throw new Error(`${command}: ${reason.slice(0, LONGEST_REASON)}`, { cause: error });
  }
}
