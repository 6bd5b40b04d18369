import { type Caller, DEFAULT_PROJECT, SCOPES } from '../kit/caller.ts';
import { type Clock, isoTime } from '../kit/clock.ts';
import { ServiceError } from '../kit/errors.ts';
import { newId } from '../kit/ids.ts';
import { invalidRequest } from '../kit/validation.ts';
import { decodeCursor, type Page, toPage } from '../kit/wire.ts';
import type { Database } from '../store/database.ts';
import type { KeyRow } from '../store/tables.ts';
import type { CreatedKey, Key, KeyRequest, KeysQuery } from './keySchemas.ts';
import { createKeyStore } from './keyStore.ts';
import { newKeyText, printOf } from './keyText.ts';
import { createProjectStore } from './projectStore.ts';
import { projectNotFound } from './projects.ts';

/** Whose keys somebody manages: the admins of `default` those of all projects, any other those of its own. */
type Manager = Pick<Caller, 'project'>;

/** What admins can do with keys. Throws ServiceError `key_not_found` and `project_not_found` for what is none, or not theirs. */
export interface Keys {
  /** The only time that the key itself is told. Its id is the one given, or any new one. */
  create(manager: Manager, request: KeyRequest, id?: string): Promise<CreatedKey>;
  get(manager: Manager, id: string): Promise<Key>;
  list(manager: Manager, query: KeysQuery): Promise<Page<Key>>;
  /** From now on the key is refused. Changes nothing about one that is revoked already. */
  revoke(manager: Manager, id: string): Promise<void>;
}

interface KeysParts {
  readonly database: Database;
  readonly clock: Clock;
}

export function createKeys({ database, clock }: KeysParts): Keys {
  const store = createKeyStore(database);
  const projects = createProjectStore(database);

  const found = async (manager: Manager, id: string): Promise<KeyRow> => {
    const row = await store.find(id);
    if (row === undefined || !manages(manager, row.project)) throw keyNotFound(id);
    return row;
  };

  return {
    async create(manager, request, id) {
      const { name, scopes, project = manager.project, expiresAt, requestsPerSecond = null } = request;
      const now = clock();
      const expires = expiresAt === undefined ? null : Date.parse(expiresAt);
      if (expires !== null && expires <= now) throw expiredAlready();
      if (!manages(manager, project) || !(await projects.find(project))) throw projectNotFound(project);
      const text = newKeyText();
      const row = {
        ...newRow(text),
        id: id ?? newId('key', now),
        project,
        name,
        scopes: JSON.stringify(SCOPES.filter((scope) => scopes.includes(scope))),
        requestsPerSecond,
        createdAt: now,
        expiresAt: expires,
      };
      await store.insert(row);
      return { ...toKey(row), key: text };
    },

    async list(manager, { limit, after, project = manages(manager) ? undefined : manager.project }) {
      if (project !== undefined && !manages(manager, project)) throw projectNotFound(project);
      const before = after === undefined ? undefined : decodeCursor(after);
      return toPage(await store.list({ project, before, limit: limit + 1 }), limit, toKey);
    },

    async get(manager, id) {
      return toKey(await found(manager, id));
    },

    async revoke(manager, id) {
      await found(manager, id);
      await store.revoke(id, clock());
    },
  };
}

/** Whether the keys of a project are the manager's to manage; without a project: those of all. */
function manages(manager: Manager, project?: string): boolean {
  return manager.project === DEFAULT_PROJECT || manager.project === project;
}

function newRow(text: string) {
  const print = printOf(text);
  if (print === undefined) throw new Error('A new key does not look like one.');
  return { ...print, lastUsedAt: null, revokedAt: null };
}

function toKey(row: KeyRow): Key {
  const { id, name, project, prefix, scopes, requestsPerSecond } = row;
  return {
    ...{ id, name, project, prefix, requestsPerSecond },
    scopes: JSON.parse(scopes),
    createdAt: isoTime(row.createdAt),
    lastUsedAt: timeOrNull(row.lastUsedAt),
    expiresAt: timeOrNull(row.expiresAt),
    revokedAt: timeOrNull(row.revokedAt),
  };
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}

function keyNotFound(id: string): ServiceError {
  return new ServiceError('key_not_found', `There is no key ${JSON.stringify(id)}.`);
}

function expiredAlready(): ServiceError {
  return invalidRequest([{ path: '/expiresAt', message: 'A time that is over: name one to come, or leave it out.' }]);
}
