import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** The name under which this process holds leases: machine, process, and a mark that tells lives with the same number apart. */
export function newOwner(): string {
  return [hostname(), process.pid, randomUUID()].join('/');
}

/** Whether a worker is known to be dead: it was of this machine and its process is gone, or its number is `self`'s now. */
export function isDeadOwner(owner: string, self: string): boolean {
  const [host, pid] = owner.split('/');
  const [ownHost, ownPid] = self.split('/');
  if (owner === self || host !== ownHost) return false;
  return pid === ownPid || !processExists(Number(pid));
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
