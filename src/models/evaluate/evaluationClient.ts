import { fork } from 'node:child_process';
import { modulePath } from '../../kit/node.ts';
import type { Outcome } from '../../training/outcome.ts';
import type { EvaluationRequest, EvaluationResponse } from './messages.ts';

const PROCESS = modulePath(import.meta.url, './evaluationProcess');

/**
 * Measures one model in a child process, so that the API does not block, load the table or load
 * DuckDB.
 */
export interface EvaluationClient {
  /** Sends the table, then each network, one at a time. Rejects if the process ended or failed. */
  send(request: Exclude<EvaluationRequest, { kind: 'measure' }>): Promise<void>;
  /** The metrics of the mean prediction of all networks. Rejects as `send` does. */
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
    child.once('exit', (code, signal) => reject(new Error(`The evaluation process ended: ${signal ?? code}.`)));
  });
  // Requests race against the end. Without a request the end is not an error.
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
    response.kind === 'failed' ? response.failure : `Unexpected response of the evaluation process: ${response.kind}.`,
  );
}
