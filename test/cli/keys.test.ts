import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keys } from '../../src/cli/keys.ts';
import { createTestTerminal } from './support/testTerminal.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'trainyard-keys-'));
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
    const { written } = await run('create', '--name', 'nightly', '--scopes', 'train,read', '--expires', '2999-01-31');
    const list = (await run('list')).written.output;
    expect(list).toMatch(/key_\w{26}\s+ty_.{8}\s+nightly\s+default\s+read,train\s+never used/);
    expect(list).not.toContain(written.output.trim());
  });

  it('revokes a key', async () => {
    await run('create', '--name', 'lost');
    const [id = ''] = /key_\w+/.exec((await run('list')).written.output) ?? [];
    await run('revoke', id);
    expect((await run('list')).written.output).toMatch(/read,train,predict\s+revoked 2/);
  });

  it.each([
    [['create'], '--name'],
    [['create', '--name', 'a', '--scopes', 'write'], '--scopes'],
    [['create', '--name', 'a', '--expires', 'soon'], '--expires'],
    [['create', '--name', 'a', '--requests-per-second', 'many'], '--requests-per-second'],
    [['create', '--name', 'a', '--project', 'none'], 'no project "none"'],
    [['revoke', 'key_none'], 'no key "key_none"'],
    [['revoke'], 'ID'],
    [['make'], 'keys create'],
    [[], 'keys create'],
  ])('says what is wrong with %j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });
});
