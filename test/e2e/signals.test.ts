import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PACKAGE_ROOT, readLog } from '../support/builtService.ts';
import { groupEndedWithTests } from '../support/children.ts';
import { systemPath, withoutNpm } from '../support/systemUser.ts';

const COMMAND = join(PACKAGE_ROOT, 'dist/cli/trainyard.js');

/** Starts a service by a command; returns its processes and its log. */
async function startBy(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const data = mkdtempSync(join(tmpdir(), 'trainyard-signals-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const child = groupEndedWithTests(
    spawn(command, [...args, '--port', '0', '--data', data], {
      cwd: PACKAGE_ROOT,
      env: { ...withoutNpm(process.env), ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const gone = once(child, 'close');
  const log = readLog(child, gone);
  const [{ pid }] = await Promise.all([log.logged('ready'), log.logged('worker process started')]);
  return {
    shown: child.pid ?? 0,
    node: pid,
    /**
     * The last line, after the service and its worker have exited: the log ends with the last
     * process that writes to it.
     */
    async lastLine(): Promise<string> {
      await gone;
      return log.lines.at(-1) ?? '';
    },
  };
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s stops the service and its worker gracefully', (signal) => {
  it.each(['shown', 'node'] as const)(
    'when `npm start` is running, and the process is the one that is %s',
    async (which) => {
      const service = await startBy(systemPath('npm'), ['start', '--silent', '--']);
      process.kill(service[which], signal);
      expect(await service.lastLine()).toContain('"msg":"stopped"');
    },
  );

  it("when it was started by the system's Node, which may be older than the project needs", async () => {
    const service = await startBy(systemPath('node'), [COMMAND, 'serve']);
    process.kill(service.shown, signal);
    expect(await service.lastLine()).toContain('"msg":"stopped"');
  });
});

it('stops gracefully with the shell of npx', async () => {
  // Two commands, so that no shell replaces itself with the first one.
  const shell = ['-c', `"$0" "$@"; exit`, process.execPath, COMMAND, 'serve'];
  const service = await startBy('sh', shell, { npm_command: 'exec' });
  expect(service.node).not.toBe(service.shown);
  process.kill(service.shown, 'SIGTERM');
  expect(await service.lastLine()).toContain('"msg":"stopped"');
});
