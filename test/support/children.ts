import { type ChildProcess, spawn } from 'node:child_process';

const living = new Set<ChildProcess>();

/**
 * A child that a failing test does not leave behind: it would hold the pipes of its parent open,
 * and the run would never end.
 */
export function endedWithTests<T extends ChildProcess>(child: T): T {
  living.add(child);
  child.once('exit', () => living.delete(child));
  return child;
}

/**
 * The same of the leader of a group of its own, which also ends when the process of the tests is
 * killed: whoever does that does not know of it.
 */
export function groupEndedWithTests<T extends ChildProcess>(leader: T): T {
  // Reads until the pipe from here is closed; in a session of its own, so that it outlives this
  // one.
  const watch = spawn('sh', ['-c', 'read -r _; kill -9 -"$0"', String(leader.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  leader.once('exit', () => watch.kill('SIGKILL'));
  return endedWithTests(leader);
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
