import { describe, expect, it } from 'vitest';
import { ConfigurationError, checkRemoteAccess, readConfig, withAbsoluteData } from '../../src/config/config.ts';
import { CLIENT_SETTINGS, SERVICE_SETTINGS } from '../../src/config/settings.ts';

function read(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return readConfig(SERVICE_SETTINGS, args, {}, env).config;
}

describe('readConfig', () => {
  it('uses the defaults without flags and variables', () => {
    expect(read([])).toMatchObject({ host: '127.0.0.1', port: 8080, data: './data', role: 'all', kernels: 'auto' });
  });

  it('reads the environment, and a flag has priority', () => {
    expect(read([], { TRAINYARD_PORT: '9000' }).port).toBe(9000);
    expect(read(['--port', '9001'], { TRAINYARD_PORT: '9000' }).port).toBe(9001);
  });

  it('has a flag and a variable for every setting', () => {
    expect(read(['--max-upload-bytes=1000']).maxUploadBytes).toBe(1000);
    expect(read([], { TRAINYARD_MAX_UPLOAD_BYTES: '1000' }).maxUploadBytes).toBe(1000);
    expect(read(['--allow-remote-without-keys']).allowRemoteWithoutKeys).toBe(true);
    expect(read([], { TRAINYARD_ALLOW_REMOTE_WITHOUT_KEYS: 'true' }).allowRemoteWithoutKeys).toBe(true);
  });

  it('returns the flags of the command itself', () => {
    const flags = { target: { type: 'string', valueName: 'COLUMN', help: 'what to predict' } } as const;
    const line = readConfig(CLIENT_SETTINGS, ['table.csv', '--target', 'y'], flags, {});
    expect(line).toMatchObject({ positionals: ['table.csv'], flags: { target: 'y' } });
  });

  it.each([
    [['--port', 'http'], '--port expects PORT, got "http"'],
    [['--port', '70000'], '--port expects PORT, got "70000"'],
    [['--role', 'boss'], '--role expects all|api|worker, got "boss"'],
    [['--prot', '1'], 'Unknown flag --prot.'],
  ])('names the invalid flag for %j', (args, message) => {
    expect(() => read(args)).toThrow(ConfigurationError);
    expect(() => read(args)).toThrow(message);
  });

  it('names the invalid variable', () => {
    expect(() => read([], { TRAINYARD_WORKERS: 'many' })).toThrow('TRAINYARD_WORKERS expects N, got "many"');
  });
});

describe('checkReach', () => {
  it.each(['127.0.0.1', '127.8.8.8', 'localhost', '::1'])('lets a service without keys listen on %s', (host) => {
    expect(() => checkRemoteAccess(read(['--host', host]), false)).not.toThrow();
  });

  it('lets other machines reach it with a key, or if allowed explicitly', () => {
    expect(() => checkRemoteAccess(read(['--host', '0.0.0.0']), false)).toThrow('trainyard keys create');
    expect(() => checkRemoteAccess(read(['--host', '0.0.0.0']), true)).not.toThrow();
    expect(() => checkRemoteAccess(read(['--host', '0.0.0.0', '--allow-remote-without-keys']), false)).not.toThrow();
  });
});

it('makes the data folder absolute', () => {
  expect(withAbsoluteData(read(['--data', 'here'])).data).toMatch(/^\/.*\/here$/);
});
