import { fork } from 'node:child_process';
import { modulePath } from '../../kit/node.ts';
import type { Outcome } from '../../training/outcome.ts';
import type { EvaluationRequest, EvaluationResponse } from './messages.ts';

const PROCESS = modulePath(import.meta.url, './evaluationProcess');

/** A process of its own that measures one ensemble, so that the API neither waits nor holds the table, and does not load DuckDB. */
export interface EvaluationClient {
  /** What there is to measure on, or another member: one at a time. Rejects when the process has ended, or could not do what it was asked. */
  send(request: Exclude<EvaluationRequest, { kind: 'measure' }>): Promise<void>;
  /** The metrics of all members together. Rejects as `give` does. */
  evaluate(): Promise<Outcome['metrics']>;
  close(): void;
}

export function startEvaluationClient(): EvaluationClient {
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

  async function exchange(request: EvaluationRequest): Promise<EvaluationResponse> {
    const responded = new Promise<EvaluationResponse>((resolve) => child.once('message', resolve));
    child.send(request, () => undefined);
    return Promise.race([responded, ended]);
  }

  return {
    async send(request) {
      const response = await exchange(request);
      if (response.kind !== 'done') throw failed(response);
    },
    async evaluate() {
      const response = await exchange({ kind: 'measure' });
      if (response.kind !== 'measured') throw failed(response);
      return response.metrics;
    },
    close: () => void child.kill('SIGKILL'),
  };
}

function failed(response: EvaluationResponse): Error {
  return new Error(
    response.kind === 'failed' ? response.failure : `The process that measures answered ${response.kind}.`,
  );
}
