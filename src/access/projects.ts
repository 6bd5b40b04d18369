import { type Clock, isoTime } from '../kit/clock.ts';
import { type Caller, DEFAULT_PROJECT, NO_QUOTAS } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { decodeKeysetCursor, encodeKeysetCursor } from '../kit/contract/keysetCursor.ts';
import { firstOf, toPage } from '../kit/contract/pages.ts';
import type { Page, PageQuery } from '../kit/contract/wire.ts';
import type { Database } from '../store/database/database.ts';
import type { ProjectRow } from '../store/database/tables.ts';
import type { Project, ProjectChange, ProjectRequest } from './projectSchemas.ts';
import { createProjectStore } from './projectStore.ts';

type Manager = Pick<Caller, 'project'>;

/**
 * Operations of admins on projects: those of `default` manage all, any other sees its own. Throws
 * ServiceError `project_not_found` if the project does not exist or is not accessible, and
 * `scope_missing` if only an admin of `default` may do it.
 */
export interface Projects {
  /** Throws `project_exists`. */
  create(manager: Manager, request: ProjectRequest): Promise<Project>;
  list(manager: Manager, query: PageQuery): Promise<Page<Project>>;
  get(manager: Manager, name: string): Promise<Project>;
  change(manager: Manager, name: string, change: ProjectChange): Promise<Project>;
  /** Deletes the project with its keys. Throws `project_in_use` while it has anything else. */
  remove(manager: Manager, name: string): Promise<void>;
}

interface ProjectsDeps {
  readonly database: Database;
  readonly clock: Clock;
}

export function createProjects({ database, clock }: ProjectsDeps): Projects {
  const store = createProjectStore(database);

  const show = async (row: ProjectRow): Promise<Project> => toProject(row, await store.usage(row.name));

  return {
    async create(manager, { name, quotas }) {
      requireDefault(manager);
      const row = { name, ...NO_QUOTAS, ...definedQuotas(quotas), createdAt: clock() };
      if (!(await store.insert(row))) throw new ServiceError('project_exists', `The project ${name} already exists.`);
      return show(row);
    },

    async list(manager, { limit, after }) {
      if (!isDefault(manager)) return { items: [await this.get(manager, manager.project)], next: null };
      const rows = await store.list(after === undefined ? undefined : decodeKeysetCursor(after), limit + 1);
      const { items, next } = toPage(firstOf(rows, limit), show, ({ createdAt: at, name }) =>
        encodeKeysetCursor({ at, name }),
      );
      return { items: await Promise.all(items), next };
    },

    async get(manager, name) {
      const row = isDefault(manager) || manager.project === name ? await store.find(name) : undefined;
      if (row === undefined) throw projectNotFound(name);
      return show(row);
    },

    async change(manager, name, { quotas }) {
      requireDefault(manager);
      const row = await store.change(name, definedQuotas(quotas));
      if (row === undefined) throw projectNotFound(name);
      return show(row);
    },

    async remove(manager, name) {
      requireDefault(manager);
      if (name === DEFAULT_PROJECT) throw new ServiceError('project_in_use', 'The project default cannot be deleted.');
      if (await store.remove(name)) return;
      if (!(await store.find(name))) throw projectNotFound(name);
      const advice = 'delete its datasets, jobs, models, reports and webhooks first';
      throw new ServiceError('project_in_use', `The project ${name} is not empty: ${advice}.`);
    },
  };
}

export function projectNotFound(name: string): ServiceError {
  return new ServiceError('project_not_found', `There is no project ${JSON.stringify(name)}.`);
}

function isDefault({ project }: Manager): boolean {
  return project === DEFAULT_PROJECT;
}

function requireDefault(manager: Manager): void {
  if (isDefault(manager)) return;
  throw new ServiceError('scope_missing', 'This requires a key of the project default with the scope admin.');
}

/** Only the quotas that are present; null removes a limit. */
function definedQuotas<Given extends object>(
  quotas: Given,
): { [Name in keyof Given]: Exclude<Given[Name], undefined> } {
  const named = Object.entries(quotas).filter(([, value]) => value !== undefined);
  // The remaining entries have no undefined values.
  return Object.fromEntries(named) as { [Name in keyof Given]: Exclude<Given[Name], undefined> };
}

function toProject(row: ProjectRow, usage: Project['usage']): Project {
  const { name, runningJobs, queuedJobs, storedBytes, predictRows, createdAt } = row;
  return {
    name,
    quotas: { runningJobs, queuedJobs, storedBytes, predictRows },
    usage,
    createdAt: isoTime(createdAt),
  };
}
