import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Ended, runTrainyard } from './support/commandLine.ts';

function dataFolder({ output }: Ended): string {
  const folder = /^Its data folder is (\S+)/m.exec(output)?.[1];
  if (folder === undefined) throw new Error(`The demo does not name its data folder:\n${output}`);
  return folder;
}

/** A busy machine delays all work of a process, here until the upload of the table starts. */
const BUSY = `data:text/javascript,${encodeURIComponent(`
  let left = Infinity;
  const timer = setInterval(() => {
    for (const late = performance.now() + 1200; performance.now() < late; );
    if (left-- === 0) clearInterval(timer);
  }, 50);
  const { write } = process.stdout;
  process.stdout.write = (text) => {
    if (text.startsWith('Uploading')) left = 2;
    return write.call(process.stdout, text);
  };
`)}`;

describe('trainyard demo --exit, on a busy machine', () => {
  let demo: Ended;

  beforeAll(async () => {
    demo = await runTrainyard(['demo', '--exit'], undefined, ['--import', BUSY]);
  });

  it('shows the complete workflow and exits', () => {
    const { code, output, errors } = demo;
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toContain('7,043 rows, 21 columns');
    expect(output).toMatch(/^epoch \d+\/\d+ {2}loss 0\.\d{4}/m);
    expect(output).toContain('• training loss  ○ validation loss');
    expect(output).toContain('Test rows by true class (down) and predicted class (across):');
    expect(output).toMatch(/^ +\d+ {2}Month-to-month.* % {2}(Yes|No) +(Yes|No)$/m);
  });

  it('trains a model as good as published ones for the table', () => {
    const accuracy = Number(/^accuracy +[\d.]+ +[\d.]+ +([\d.]+)$/m.exec(demo.output)?.[1]);
    expect(accuracy).toBeGreaterThan(0.78);
  });

  it('writes text for a file or a pipe, 80 columns wide', () => {
    expect(demo.output.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(demo.output.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
  });

  it('leaves no files', () => {
    expect(existsSync(dataFolder(demo))).toBe(false);
  });
});

describe('trainyard demo', () => {
  it('leaves the service running until Ctrl-C', async () => {
    const docs = Promise.withResolvers<number>();
    const demo = await runTrainyard(['demo'], async (line, child) => {
      const url = /^Swagger UI +(\S+)/.exec(line)?.[1];
      if (url === undefined) return;
      docs.resolve((await fetch(url)).status);
      child.kill('SIGINT');
    });
    expect(demo).toMatchObject({ code: 0, errors: '' });
    expect(await docs.promise).toBe(200);
    expect(existsSync(dataFolder(demo))).toBe(false);
  });
});
