import { sql } from 'kysely';
import type { Queries } from '../../store/database/database.ts';
import { COOLDOWN_MS } from './reclaimStore.ts';

/**
 * The id of the suspect that may run next in worker `owner`, which preempts its other jobs for it.
 */
export function dueSuspect(queries: Queries, owner: string, now: number) {
  const others = sql<number>`(
    SELECT count(*) FROM jobs AS running
    WHERE running.state = 'running' AND running.project = projects.name AND running.lease_owner <> ${owner}
  )`;
  const noOtherJobs = sql<boolean>`NOT EXISTS (
    SELECT 1 FROM jobs AS other WHERE other.state IN ('queued', 'running') AND other.suspect_at IS NULL
  )`;
  // A crash in the future happened before the clock was set back.
  const cooldownIsOver = sql<boolean>`NOT EXISTS (
    SELECT 1 FROM jobs AS counted
    WHERE counted.state = 'queued' AND counted.suspect_at IS NOT NULL AND counted.crashes > 0
      AND counted.suspect_at > ${now - COOLDOWN_MS} AND counted.suspect_at <= ${now}
  )`;
  return queries
    .selectFrom('jobs as suspect')
    .innerJoin('projects', 'projects.name', 'suspect.project')
    .select('suspect.id')
    .where('suspect.state', '=', 'queued')
    .where('suspect.suspectAt', 'is not', null)
    .where((eb) => eb.or([eb('projects.runningJobs', 'is', null), eb('projects.runningJobs', '>', others)]))
    .where((eb) => eb.or([eb('suspect.crashes', '=', 0), noOtherJobs, cooldownIsOver]))
    .orderBy('suspect.crashes')
    .orderBy('suspect.suspectAt')
    .orderBy('suspect.id')
    .limit(1);
}
