import { type ChildProcess, spawn } from 'node:child_process';

const living = new Set<ChildProcess>();

/**
 * A child process that ends with a failing test: otherwise it would leave its parent's pipes open,
 * and the run would never end.
 */
export function endedWithTests<T extends ChildProcess>(child: T): T {
  living.add(child);
  child.once('exit', () => living.delete(child));
  return child;
}

/**
 * The same for a process group leader. The group also ends when the test process is killed, which
 * cannot run any handler.
 */
export function groupEndedWithTests<T extends ChildProcess>(leader: T): T {
  // Reads until this process closes the pipe; in its own session, so that it outlives this process.
  const watch = spawn('sh', ['-c', 'read -r _; kill -9 -"$0"', String(leader.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  leader.once('exit', () => watch.kill('SIGKILL'));
  return endedWithTests(leader);
}

/** Kills the running ones, each with its whole process group if it has one. */
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
