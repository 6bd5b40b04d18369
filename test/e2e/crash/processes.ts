import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process without its parent exits within this time. */
const END_MS = 10_000;
const POLL_MS = 50;

/**
 * The command lines of processes of these groups that do not exit. Empty if the system has no
 * process list (it is not Linux).
 */
export async function processesLeft(groups: readonly number[]): Promise<readonly string[]> {
  const until = performance.now() + END_MS;
  for (;;) {
    const left = processesOf(groups);
    if (left.length === 0 || performance.now() > until) return left;
    await delay(POLL_MS);
  }
}

function processesOf(groups: readonly number[]): readonly string[] {
  const pids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return pids.flatMap((pid) => {
    const stat = readOrNothing(`/proc/${pid}/stat`);
    // After the name, which may contain any character: the state, the parent and the group. A
    // zombie is dead.
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || !groups.includes(Number(group))) return [];
    return [readOrNothing(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')];
  });
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
