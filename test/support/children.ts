import type { ChildProcess } from 'node:child_process';

const living = new Set<ChildProcess>();

/** A child that a failing test does not leave behind: it would hold the pipes of its parent open, and the run would never end. */
export function endedWithTests<T extends ChildProcess>(child: T): T {
  living.add(child);
  child.once('exit', () => living.delete(child));
  return child;
}

/** Kills those that still run, with all of its group where one has a group of its own. */
export function endChildren(): void {
  for (const child of living) {
    if (child.pid === undefined) continue;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  }
}
