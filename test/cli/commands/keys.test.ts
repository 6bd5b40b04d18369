import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProjects } from '../../../src/access/projects.ts';
import { keys } from '../../../src/cli/commands/keys.ts';
import { ConfigurationError, UsageError } from '../../../src/config/config.ts';
import { foldersOf } from '../../../src/kit/folders.ts';
import { openDatabase } from '../../../src/store/database/database.ts';
import { createTestTerminal } from '../support/testTerminal.ts';

let data: string;
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'trainyard-keys-'));
  await openDatabase(foldersOf(data).database).destroy();
});
afterEach(() => rmSync(data, { recursive: true }));

async function run(...args: readonly string[]) {
  const terminal = createTestTerminal();
  await keys([...args, '--data', data], terminal);
  return terminal;
}

describe('trainyard keys', () => {
  it('writes a new key, and nothing else, to standard output', async () => {
    const { written } = await run('create', '--name', 'admin', '--scopes', 'admin');
    expect(written.output).toMatch(/^ty_[A-Za-z0-9_-]{43}\n$/);
  });

  it('lists keys without their secrets', async () => {
    await run('create', '--name', 'admin', '--scopes', 'admin');
    const { written } = await run('create', '--name', 'nightly', '--scopes', 'train,read', '--expires', '2999-01-31');
    const list = (await run('list')).written.output;
    expect(list).toMatch(/key_\w{26}\s+ty_.{8}\s+nightly\s+default\s+read,train\s+never used/);
    expect(list).not.toContain(written.output.trim());
  });

  it('revokes a key', async () => {
    await run('create', '--name', 'lost', '--force');
    const [id = ''] = /key_\w+/.exec((await run('list')).written.output) ?? [];
    await run('revoke', id);
    expect((await run('list')).written.output).toMatch(/read,train,predict\s+revoked 2/);
  });

  it('prints one JSON document with --json: the new key, all keys, or the revoked one', async () => {
    const json = async (...args: readonly string[]) => JSON.parse((await run(...args, '--json')).written.output);
    const { key, ...created } = await json('create', '--name', 'admin', '--scopes', 'admin');
    expect(key).toMatch(/^ty_/);
    const other = await json('create', '--name', 'other');
    expect((await json('list')).items.map(({ id }: { id: string }) => id)).toEqual([other.id, created.id]);
    expect((await json('list')).items[1]).toEqual(created);
    expect(await json('revoke', other.id)).toMatchObject({ id: other.id, revokedAt: expect.any(String) });
  });

  it.each([
    ['without the scope admin', ['--scopes', 'read']],
    ['with the default scopes', []],
    ['of another project', ['--scopes', 'admin', '--project', 'risk']],
  ])('refuses a first key %s, unless --force is passed', async (_, flags) => {
    const database = openDatabase(join(data, 'trainyard.sqlite'));
    await createProjects({ database, clock: Date.now }).create({ project: 'default' }, { name: 'risk', quotas: {} });
    await database.destroy();
    const create = ['create', '--name', 'first', ...flags];
    const refusal = run(...create);
    await expect(refusal).rejects.toThrow(ConfigurationError);
    await expect(refusal).rejects.toThrow(/trainyard keys create --name admin --scopes admin.*--force/);
    expect((await run('list')).written.output).not.toContain('key_');
    expect((await run(...create, '--force')).written.output).toMatch(/^ty_/);
  });

  it('refuses to revoke the last admin key, unless --force is passed', async () => {
    await run('create', '--name', 'admin', '--scopes', 'admin');
    await run('create', '--name', 'reader', '--scopes', 'read');
    const list = (await run('list')).written.output;
    const [, admin = ''] = /(key_\w+)\s+\S+\s+admin/.exec(list) ?? [];
    await expect(run('revoke', admin)).rejects.toThrow(/last valid admin key.*--force/);
    expect((await run('list')).written.output).not.toContain('revoked');
    await run('revoke', admin, '--force');
    expect((await run('list')).written.output).toContain('revoked');
    // An existing key is not a first key: the machine can still create any key.
    await run('create', '--name', 'another', '--scopes', 'read');
  });

  it.each([
    [['create'], '--name'],
    [['create', '--name', 'a', '--scopes', 'write'], '--scopes'],
    [['create', '--name', 'a', '--expires', 'soon'], '--expires'],
    [['create', '--name', 'a', '--requests-per-second', 'many'], '--requests-per-second'],
    [['create', '--name', 'a', '--scopes', 'admin', '--project', 'none'], 'no project "none"'],
    [['revoke', 'key_none'], 'no key "key_none"'],
    [['revoke'], 'ID'],
    [['make'], 'keys create'],
    [[], 'keys create'],
  ])('says what is wrong with %j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  it.each([[['create']], [['create', '--name', 'a', '--scopes', 'write']], [['revoke']], [['list', 'all']]])(
    'checks the command line of %j before the data folder',
    async (args) => {
      const absent = join(data, 'absent');
      await expect(keys([...args, '--data', absent], createTestTerminal())).rejects.toThrow(UsageError);
    },
  );

  it.each([
    ['absent', 'does not exist'],
    ['empty', 'has no database of a service'],
  ])('refuses a data folder that is %s, and creates nothing', async (name, message) => {
    const folder = join(data, name);
    mkdirSync(join(data, 'empty'));
    const listed = keys(['list', '--data', folder], createTestTerminal());
    await expect(listed).rejects.toThrow(`--data ${folder} ${message}`);
    expect(readdirSync(join(data, 'empty'))).toEqual([]);
    expect(existsSync(join(data, 'absent'))).toBe(false);
  });
});
