import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../src/cli/client/client.ts';
import { keys } from '../../src/cli/commands/keys.ts';
import { type Config, readConfig } from '../../src/config/config.ts';
import { SERVICE_SETTINGS } from '../../src/config/settings.ts';
import { foldersOf } from '../../src/kit/folders.ts';
import { optionsOf } from '../../src/kit/log.ts';
import { type Service, startService } from '../../src/server/api.ts';
import { openDatabase } from '../../src/store/database/database.ts';
import { createTestTerminal } from '../cli/support/testTerminal.ts';
import { HTTP_LIMITS } from '../support/access.ts';

let data: string;
let service: Service | undefined;
const logged: string[] = [];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'trainyard-start-'));
  logged.length = 0;
});
afterEach(async () => {
  await service?.stop();
  service = undefined;
  rmSync(data, { recursive: true });
});

async function start(settings: Partial<Config> = {}): Promise<string> {
  const { config } = readConfig(SERVICE_SETTINGS, ['--role', 'api', '--port', '0', '--data', data], {}, {});
  const log = pino(optionsOf('info'), { write: (line) => void logged.push(line) });
  service = await startService({ ...config, maxDelayMs: HTTP_LIMITS.maxDelayMs, ...settings }, log);
  return service.address;
}

async function makeKey(): Promise<string> {
  await openDatabase(foldersOf(data).database).destroy();
  return runKeys(['create', '--name', 'admin', '--scopes', 'admin', '--data', data]);
}

async function runKeys(args: readonly string[]): Promise<string> {
  const terminal = createTestTerminal();
  await keys(args, terminal);
  return terminal.written.output.trim();
}

describe('a service without keys', () => {
  it('does not listen to other machines, and says how to allow it', async () => {
    const refusal = await start({ host: '0.0.0.0' }).catch(String);
    const [, command = ''] = /`trainyard keys (create [^`]*)`/.exec(refusal) ?? [];
    // In a new folder, as in a container that starts for the first time.
    expect(await runKeys(command.split(' '))).toMatch(/^ty_/);
    const { port } = new URL(await start({ host: '0.0.0.0' }));
    expect((await fetch(`http://127.0.0.1:${port}/v1/jobs`)).status).toBe(401);
  });

  it('requires a key from the moment that one is created on the command line', async () => {
    const address = await start();
    const ask = async (headers: Record<string, string> = {}) => (await fetch(`${address}/v1/jobs`, { headers })).status;
    expect(await ask()).toBe(200);
    const key = await makeKey();
    expect(await ask()).toBe(401);
    expect(await ask({ authorization: `Bearer ${key}` })).toBe(200);
  });
});

describe('a service with keys', () => {
  it.each(['/healthz', '/openapi.json', '/docs/', '/docs/static/swagger-ui.css'])(
    'shows %s without a key',
    async (path) => {
      await makeKey();
      expect((await fetch((await start()) + path)).status).toBe(200);
    },
  );

  it('requires one from its commands, which say where to set it', async () => {
    const key = await makeKey();
    const url = await start();
    await expect(createClient({ url, key: undefined }).model('m')).rejects.toThrow('TRAINYARD_KEY');
    await expect(createClient({ url, key }).model('m')).rejects.toThrow('There is no model "m"');
  });

  it('writes no key into its log or its responses, wherever a client puts it', async () => {
    const key = await makeKey();
    const address = await start();
    const headers = { authorization: `Bearer ${key}` };
    const answers = [
      await fetch(`${address}/v1/jobs?key=${key}`, { headers }),
      await fetch(`${address}/v1/jobs/${key}`, { headers }),
      await fetch(`${address}/${key}`, { headers }),
      await fetch(`${address}/v1/jobs?access_token=${key}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 404, 404, 401]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    const log = logged.join('');
    expect(log).toContain('ty_[redacted]');
    expect(texts.join('') + log).not.toContain(key.slice(3, 20));
  });
});
