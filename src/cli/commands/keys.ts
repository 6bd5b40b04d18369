import { resolve } from 'node:path';
import { type Key, type KeyRequest, keyRequest } from '../../access/keySchemas.ts';
import { createKeys, type Keys } from '../../access/keys.ts';
import { ConfigurationError, readConfig, UsageError } from '../../config/config.ts';
import { SERVICE_SETTINGS } from '../../config/settings.ts';
import { DEFAULT_PROJECT } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { findDataFolder } from '../../maintenance/dataFolder.ts';
import { openDatabase } from '../../store/database/database.ts';
import { type Command, EXIT_OK, JSON_FLAG, positionalsOf, textFlag } from '../command/command.ts';
import { table } from '../terminal/table.ts';
import { processTerminal, type Terminal } from '../terminal/terminal.ts';

const SETTINGS = { data: SERVICE_SETTINGS.data };
const DEFAULT_SCOPES = 'read,train,predict';
const PAGE = 200;
const COLUMNS = ['id', 'begins', 'name', 'project', 'scopes', 'state'].map((title) => ({ title }));

const FLAGS = {
  name: { type: 'string', valueName: 'NAME', help: 'create: display name of the key' },
  scopes: {
    type: 'string',
    valueName: 'SCOPES',
    help: `create: of read, train, predict and admin (default: ${DEFAULT_SCOPES})`,
  },
  project: { type: 'string', valueName: 'PROJECT', help: `create: project of the key (default: ${DEFAULT_PROJECT})` },
  expires: {
    type: 'string',
    valueName: 'TIME',
    help: 'create: expiry, such as 2027-01-31 or 2027-01-31T12:00:00Z (default: never)',
  },
  force: {
    type: 'boolean',
    valueName: '',
    help: 'create, revoke: allow a first key without the scope admin, or revoking the last admin key',
  },
  'requests-per-second': {
    type: 'string',
    valueName: 'N',
    help: 'create: rate limit of the key (default: that of the service)',
  },
  ...JSON_FLAG,
} as const;
type Flags = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Works on the data folder directly, so that it can create the first key, or a new one if all are
 * lost. A running service applies changes immediately.
 */
export const keysCommand: Command = {
  name: 'keys',
  summary: 'create, list and revoke the API keys of a data folder',
  usage: 'create --name NAME [flags] | list | revoke ID [--force]',
  settings: SETTINGS,
  writesData: true,
  flags: FLAGS,
  run: (args) => keys(args, processTerminal()),
};

/** Only a new key is written to standard output, so that a script can store it. */
export async function keys(args: readonly string[], terminal: Terminal): Promise<number> {
  const { config, flags, positionals } = readConfig(SETTINGS, args, FLAGS);
  const [action, ...rest] = positionals;
  const read = ACTIONS.get(action ?? '');
  if (!read)
    throw new UsageError('Pass an action: keys create, keys list or keys revoke ID.', action, [...ACTIONS.keys()]);
  const run = read({ flags, rest, terminal });
  const database = openDatabase(findDataFolder(resolve(config.data)).database);
  try {
    await run(createKeys({ database, clock: Date.now }));
    return EXIT_OK;
  } finally {
    await database.destroy();
  }
}

interface ActionContext {
  readonly flags: Flags;
  readonly rest: readonly string[];
  readonly terminal: Terminal;
}

type Action = (keys: Keys) => Promise<void>;

/** Each action reads the command line before the data folder is opened. */
const ACTIONS: ReadonlyMap<string, (parts: ActionContext) => Action> = new Map([
  ['create', createOne],
  ['list', listAll],
  ['revoke', revokeOne],
]);

/** Access to the data folder is access to everything. */
const OPERATOR = { project: DEFAULT_PROJECT };

function createOne({ flags, rest, terminal }: ActionContext): Action {
  positionalsOf(rest, []);
  const request = requestOf(flags);
  const force = flags.force === true;
  return async (keys) => {
    const created = await keys.create(OPERATOR, request, { force }).catch(withForce);
    if (flags.json) return writeJson(created, terminal);
    const { key, id, name, project, scopes } = created;
    terminal.warn(`${id} (${name}) for ${scopes.join(', ')} in the project ${project}. The key is shown only once:\n`);
    terminal.write(`${key}\n`);
  };
}

function listAll({ flags, rest, terminal }: ActionContext): Action {
  positionalsOf(rest, []);
  return async (keys) => {
    const items: Key[] = [];
    for (let after: string | undefined; ; ) {
      const page = await keys.list(OPERATOR, { limit: PAGE, after });
      items.push(...page.items);
      if (page.next === null) break;
      after = page.next;
    }
    if (flags.json) writeJson({ items }, terminal);
    else terminal.write(table(COLUMNS, items.map(rowOf), terminal));
  };
}

function rowOf(key: Key): string[] {
  return [key.id, key.prefix, key.name, key.project, key.scopes.join(','), stateOf(key)];
}

function revokeOne({ flags, rest, terminal }: ActionContext): Action {
  const [id] = positionalsOf(rest, ['ID']);
  const force = flags.force === true;
  return async (keys) => {
    await keys.revoke(OPERATOR, id, { force }).catch(withForce);
    if (flags.json) writeJson(await keys.get(OPERATOR, id), terminal);
    else terminal.write(`${id} is revoked.\n`);
  };
}

function writeJson(value: object, terminal: Terminal): void {
  terminal.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Adds the flag that allows what was refused. */
function withForce(error: unknown): never {
  if (!(error instanceof ServiceError) || error.code !== 'admin_key_required') throw error;
  throw new ConfigurationError(`${error.message} Pass --force to do it anyway.`);
}

function stateOf({ revokedAt, expiresAt, lastUsedAt }: Key): string {
  if (revokedAt !== null) return `revoked ${revokedAt}`;
  if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) return `expired ${expiresAt}`;
  return lastUsedAt === null ? 'never used' : `used ${lastUsedAt}`;
}

/** Throws UsageError that names the flags with invalid values. */
function requestOf(flags: Flags): KeyRequest {
  const rate = textFlag(flags, 'requests-per-second');
  const request = keyRequest.safeParse({
    name: textFlag(flags, 'name'),
    scopes: (textFlag(flags, 'scopes') ?? DEFAULT_SCOPES).split(','),
    project: textFlag(flags, 'project'),
    expiresAt: timeOf(textFlag(flags, 'expires')),
    requestsPerSecond: rate === undefined ? undefined : Number(rate),
  });
  if (request.success) return request.data;
  const issues = request.error.issues.map(({ path: [field], message }) => `${FLAG_OF[String(field)]}: ${message}`);
  throw new UsageError(issues.join('\n'));
}

const FLAG_OF: Readonly<Record<string, string>> = {
  name: '--name',
  scopes: '--scopes',
  project: '--project',
  expiresAt: '--expires',
  requestsPerSecond: '--requests-per-second',
};

/** A date is its first moment in UTC. The schema rejects invalid times. */
function timeOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString();
}
