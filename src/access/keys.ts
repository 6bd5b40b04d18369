import { type Clock, isoTime } from '../kit/clock.ts';
import { type Caller, DEFAULT_PROJECT, SCOPES, type Scope } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { firstOf, idCursor, toPage } from '../kit/contract/pages.ts';
import { invalidRequest } from '../kit/contract/validation.ts';
import { decodeCursor, type Page } from '../kit/contract/wire.ts';
import { newId } from '../kit/ids.ts';
import type { Database } from '../store/database/database.ts';
import { fromJson, toJson } from '../store/database/json.ts';
import type { KeyRow } from '../store/database/tables.ts';
import { keyRequired } from './authentication.ts';
import type { CreatedKey, Key, KeyRequest, KeysQuery } from './keySchemas.ts';
import { createKeyStore } from './keyStore.ts';
import { fingerprintOf, newKeyText } from './keyText.ts';
import { createProjectStore } from './projectStore.ts';
import { projectNotFound } from './projects.ts';

/**
 * The caller who manages keys: admins of `default` manage those of all projects, any other admin
 * those of its own project. `keyId` is null for a caller without a key, and absent for an operator
 * at the machine.
 */
type Manager = Pick<Caller, 'project'> & Partial<Pick<Caller, 'keyId'>>;

interface CreateOptions {
  /** The id of the new key; a new one by default. */
  readonly id?: string | undefined;
  /** Allows a first key that cannot administer the service. */
  readonly force?: boolean;
}

interface RevokeOptions {
  /** Allows revoking the last key that can administer the service. */
  readonly force?: boolean;
}

/**
 * Operations of admins on keys. Throws ServiceError `key_not_found` and `project_not_found` if the
 * key or project does not exist or belongs to another project.
 */
export interface Keys {
  /**
   * Creates a key. Only this result contains the key itself. Throws `admin_key_required` if the
   * first key is not an admin key of `default`, and `key_required` if a caller without a key
   * creates another one after the first.
   */
  create(manager: Manager, request: KeyRequest, options?: CreateOptions): Promise<CreatedKey>;
  get(manager: Manager, id: string): Promise<Key>;
  list(manager: Manager, query: KeysQuery): Promise<Page<Key>>;
  /**
   * Revokes the key at once. Does nothing if it is revoked already. Throws `admin_key_required` for
   * the last valid admin key of `default`.
   */
  revoke(manager: Manager, id: string, options?: RevokeOptions): Promise<void>;
}

/** Works on the data folder, so it needs no key. */
const CREATE_ADMIN = 'trainyard keys create --name admin --scopes admin';

interface KeysDeps {
  readonly database: Database;
  readonly clock: Clock;
}

export function createKeys({ database, clock }: KeysDeps): Keys {
  const store = createKeyStore(database);
  const projects = createProjectStore(database);

  const found = async (manager: Manager, id: string): Promise<KeyRow> => {
    const row = await store.find(id);
    if (row === undefined || !manages(manager, row.project)) throw keyNotFound(id);
    return row;
  };

  return {
    async create(manager, request, { id, force = false } = {}) {
      const { name, scopes, project = manager.project, expiresAt, requestsPerSecond = null } = request;
      const now = clock();
      const expires = expiresAt === undefined ? null : Date.parse(expiresAt);
      if (expires !== null && expires <= now) throw alreadyExpired();
      if (!manages(manager, project) || !(await projects.find(project))) throw projectNotFound(project);
      const text = newKeyText();
      const row = {
        ...newRow(text),
        id: id ?? newId('key', now),
        project,
        name,
        scopes: toJson(SCOPES.filter((scope) => scopes.includes(scope))),
        requestsPerSecond,
        createdAt: now,
        expiresAt: expires,
      };
      await store.insert(row, (isFirst) => {
        if (!isFirst && manager.keyId === null) throw keyRequired();
        if (isFirst && !force) refuseUnlessAdmin(scopes, project);
      });
      return { ...toKey(row), key: text };
    },

    async list(manager, { limit, after, project = manages(manager) ? undefined : manager.project }) {
      if (project !== undefined && !manages(manager, project)) throw projectNotFound(project);
      const before = after === undefined ? undefined : decodeCursor(after);
      const rows = await store.list({ project, before, limit: limit + 1 });
      return toPage(firstOf(rows, limit), toKey, idCursor);
    },

    async get(manager, id) {
      return toKey(await found(manager, id));
    },

    async revoke(manager, id, { force = false } = {}) {
      await found(manager, id);
      await store.revoke(id, clock(), (isLastAdmin) => {
        if (isLastAdmin && !force) throw lastAdmin(id);
      });
    },
  };
}

/**
 * Whether the manager may manage the keys of a project, or of all projects without that argument.
 */
function manages(manager: Manager, project?: string): boolean {
  return manager.project === DEFAULT_PROJECT || manager.project === project;
}

function newRow(text: string) {
  const fingerprint = fingerprintOf(text);
  if (fingerprint === undefined) throw new Error('A new key has an invalid format.');
  return { ...fingerprint, lastUsedAt: null, revokedAt: null };
}

function toKey(row: KeyRow): Key {
  const { id, name, project, prefix, scopes, requestsPerSecond } = row;
  return {
    ...{ id, name, project, prefix, requestsPerSecond },
    scopes: fromJson(scopes),
    createdAt: isoTime(row.createdAt),
    lastUsedAt: timeOrNull(row.lastUsedAt),
    expiresAt: timeOrNull(row.expiresAt),
    revokedAt: timeOrNull(row.revokedAt),
  };
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}

/**
 * Once a key exists, every request needs one: without an admin key, the service could not be
 * managed.
 */
function refuseUnlessAdmin(scopes: readonly Scope[], project: string): void {
  const need =
    'The first key must be an admin key of the project `default`, because every request needs a key afterwards.';
  const remedy = `Create such a key first, for example with \`${CREATE_ADMIN}\` on the machine.`;
  if (!scopes.includes('admin')) throw adminKeyRequired(`${need} ${remedy}`, '/scopes');
  if (project !== DEFAULT_PROJECT) throw adminKeyRequired(`${need} ${remedy}`, '/project');
}

function lastAdmin(id: string): ServiceError {
  const remedy = `Create another one first, here or with \`${CREATE_ADMIN}\` on the machine.`;
  return adminKeyRequired(`The key ${id} is the last valid admin key of the project \`default\`. ${remedy}`);
}

function adminKeyRequired(detail: string, path?: string): ServiceError {
  return new ServiceError('admin_key_required', detail, path === undefined ? [] : [{ path, message: detail }]);
}

function keyNotFound(id: string): ServiceError {
  return new ServiceError('key_not_found', `There is no key ${JSON.stringify(id)}.`);
}

function alreadyExpired(): ServiceError {
  return invalidRequest([{ path: '/expiresAt', message: '`expiresAt` must be in the future.' }]);
}
