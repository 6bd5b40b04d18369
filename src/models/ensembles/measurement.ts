import { fork } from 'node:child_process';
import { siblingPath } from '../../kit/node.ts';
import type { Outcome } from '../../training/outcome.ts';
import type { MeasureAnswer, MeasureRequest } from './messages.ts';

const PROCESS = siblingPath(import.meta.url, './measureProcess');

/** A process of its own that measures one ensemble, so that the API neither waits nor holds the table, and does not load DuckDB. */
export interface Measurement {
  /** What there is to measure on, or another member: one at a time. Rejects when the process has ended, or could not do what it was asked. */
  give(request: Exclude<MeasureRequest, { kind: 'measure' }>): Promise<void>;
  /** The metrics of all members together. Rejects as `give` does. */
  measure(): Promise<Outcome['metrics']>;
  end(): void;
}

export function startMeasurement(): Measurement {
  const child = fork(PROCESS, [], {
    env: {},
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ended = new Promise<never>((_resolve, reject) => {
    child.on('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`The process that measures ended: ${signal ?? code}.`)));
  });
  // Whoever asks is told; an end that nobody waits for is none of an error.
  ended.catch(() => undefined);

  async function ask(request: MeasureRequest): Promise<MeasureAnswer> {
    const answered = new Promise<MeasureAnswer>((resolve) => child.once('message', resolve));
    child.send(request, () => undefined);
    return Promise.race([answered, ended]);
  }

  return {
    async give(request) {
      const answer = await ask(request);
      if (answer.kind !== 'done') throw failed(answer);
    },
    async measure() {
      const answer = await ask({ kind: 'measure' });
      if (answer.kind !== 'measured') throw failed(answer);
      return answer.metrics;
    },
    end: () => void child.kill('SIGKILL'),
  };
}

function failed(answer: MeasureAnswer): Error {
  return new Error(answer.kind === 'failed' ? answer.failure : `The process that measures answered ${answer.kind}.`);
}
