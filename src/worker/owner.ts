import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * A new name under which this process leases jobs: host name, process id, and a UUID, because
 * process ids are reused.
 */
export function newOwner(): string {
  return [hostname(), process.pid, randomUUID()].join('/');
}

/**
 * Whether a worker is known to be dead: it ran on this machine, and its process is gone or its
 * process id now belongs to `self`.
 */
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
