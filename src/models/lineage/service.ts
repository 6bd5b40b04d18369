import { isoTime } from '../../kit/clock.ts';
import type { Tenant } from '../../kit/contract/caller.ts';
import type { Database } from '../../store/database/database.ts';
import { type AnyDescription, readAnyDescription } from '../stored/description.ts';
import { createModelLookup } from '../stored/modelStore.ts';
import { findAliases, findDataset, findEnsemblesOf, findJob, findNames } from './lineageStore.ts';
import type { Lineage } from './schemas.ts';

export interface Lineages {
  /** Throws `model_not_found`. */
  get(idOrAlias: string): Promise<Lineage>;
}

export function createLineages({ database }: { readonly database: Database }, { project }: Tenant): Lineages {
  const models = createModelLookup(database, project);

  async function datasetOf(id: string | undefined): Promise<Lineage['dataset']> {
    if (id === undefined) return null;
    const found = await findDataset(database, id);
    if (found === undefined) return { id, name: null, sha256: null, rows: null, createdAt: null, deleted: true };
    return { ...found, createdAt: isoTime(found.createdAt), deleted: false };
  }

  async function membersOf(ids: readonly string[]): Promise<Lineage['members']> {
    const names = new Map((await findNames(database, project, ids)).map(({ id, name }) => [id, name]));
    return ids.map((id) => ({ id, name: names.get(id) ?? null, deleted: !names.has(id) }));
  }

  return {
    async get(idOrAlias) {
      const { id, name, sha256, createdAt, jobId, datasetId, description: text } = await models.row(idOrAlias);
      const description = readAnyDescription(text);
      const [dataset, job, members, ensembles, aliases] = await Promise.all([
        datasetOf(datasetId ?? trainedOn(description)),
        jobId === null ? undefined : findJob(database, jobId),
        membersOf(('snapshots' in description ? description.members : null) ?? []),
        findEnsemblesOf(database, project, id),
        findAliases(database, id),
      ]);
      return {
        dataset,
        ...jobAndSweep(job),
        model: { id, name, sha256, createdAt: isoTime(createdAt) },
        members,
        ensembles,
        aliases: [...aliases],
      };
    },
  };
}

/** A single network remembers its dataset when that is deleted. */
function trainedOn(description: AnyDescription): string | undefined {
  return 'hyperparameters' in description ? description.hyperparameters.datasetId : undefined;
}

function jobAndSweep(job: Awaited<ReturnType<typeof findJob>>): Pick<Lineage, 'job' | 'sweep'> {
  if (job === undefined) return { job: null, sweep: null };
  const { id, name, state, createdAt, trial, sweepId, sweepName } = job;
  const isTrial = sweepId !== null && sweepName !== null && trial !== null;
  return {
    job: { id, name, state, createdAt: isoTime(createdAt) },
    sweep: isTrial ? { id: sweepId, name: sweepName, trial } : null,
  };
}
