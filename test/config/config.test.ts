import { describe, expect, it } from 'vitest';
import { ConfigurationError, checkRemoteAccess, readConfig, withAbsoluteData } from '../../src/config/config.ts';
import { CLIENT_SETTINGS, SERVICE_SETTINGS } from '../../src/config/settings.ts';

function read(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return readConfig(SERVICE_SETTINGS, args, {}, env).config;
}

describe('readConfig', () => {
  it('takes the defaults where nothing is said', () => {
    expect(read([])).toMatchObject({ host: '127.0.0.1', port: 8080, data: './data', role: 'all', kernels: 'auto' });
  });

  it('takes the environment, and a flag before it', () => {
    expect(read([], { TRAINYARD_PORT: '9000' }).port).toBe(9000);
    expect(read(['--port', '9001'], { TRAINYARD_PORT: '9000' }).port).toBe(9001);
  });

  it('knows every setting as a flag and as a variable', () => {
    expect(read(['--max-upload-bytes=1000']).maxUploadBytes).toBe(1000);
    expect(read([], { TRAINYARD_MAX_UPLOAD_BYTES: '1000' }).maxUploadBytes).toBe(1000);
    expect(read(['--allow-remote-without-keys']).allowRemoteWithoutKeys).toBe(true);
    expect(read([], { TRAINYARD_ALLOW_REMOTE_WITHOUT_KEYS: 'true' }).allowRemoteWithoutKeys).toBe(true);
  });

  it('hands on what the command itself takes', () => {
    const flags = { target: { type: 'string', takes: 'COLUMN', help: 'what to predict' } } as const;
    const line = readConfig(CLIENT_SETTINGS, ['table.csv', '--target', 'y'], flags, {});
    expect(line).toMatchObject({ positionals: ['table.csv'], flags: { target: 'y' } });
  });

  it.each([
    [['--port', 'http'], '--port takes PORT, not "http"'],
    [['--port', '70000'], '--port takes PORT, not "70000"'],
    [['--role', 'boss'], '--role takes all|api|worker, not "boss"'],
    [['--prot', '1'], 'Unknown flag --prot.'],
  ])('names what is wrong with %j', (args, message) => {
    expect(() => read(args)).toThrow(ConfigurationError);
    expect(() => read(args)).toThrow(message);
  });

  it('names the variable that is wrong', () => {
    expect(() => read([], { TRAINYARD_WORKERS: 'many' })).toThrow('TRAINYARD_WORKERS takes N, not "many"');
  });
});

describe('checkReach', () => {
  it.each(['127.0.0.1', '127.8.8.8', 'localhost', '::1'])('lets a service without keys listen on %s', (host) => {
    expect(() => checkRemoteAccess(read(['--host', host]), false)).not.toThrow();
  });

  it('lets it be reached from other machines with a key, or where it is told to', () => {
    expect(() => checkRemoteAccess(read(['--host', '0.0.0.0']), false)).toThrow('trainyard keys create');
    expect(() => checkRemoteAccess(read(['--host', '0.0.0.0']), true)).not.toThrow();
    expect(() => checkRemoteAccess(read(['--host', '0.0.0.0', '--allow-remote-without-keys']), false)).not.toThrow();
  });
});

it('makes the data folder absolute', () => {
  expect(withAbsoluteData(read(['--data', 'here'])).data).toMatch(/^\/.*\/here$/);
});
