import { type Move, moveJobs } from '../../src/jobs/transitions.ts';
import type { Database } from '../../src/store/database/database.ts';

/** Moves a job, or all that the transition allows, as a worker `o` or a client does. */
export function moveTo(database: Database, move: Move, id?: string) {
  return moveJobs(database, move, (jobs) => {
    const chosen = id === undefined ? jobs : jobs.where('id', '=', id);
    return move.to === 'running' ? chosen.set({ leaseOwner: 'o', leaseUntil: 1 }) : chosen;
  });
}
