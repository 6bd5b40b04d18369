import type { MessagePort } from 'node:worker_threads';
import type { EncodedCheckpoint } from '../../jobs/checkpoints/checkpoints.ts';
import type { Prepared } from '../../training/prepare.ts';
import type { EpochReport, RunPlan } from '../../training/report.ts';
import type { ThreadMessage } from './threadTask.ts';

/** What a thread tells of its job, in few messages however short the epochs are: a message takes as long as an epoch of small data. */
export interface ThreadReporter {
  prepared(prepared: Prepared): void;
  started(plan: RunPlan, kernels: string): void;
  epoch(report: EpochReport): void;
  /** Its bytes are gone over with it. */
  checkpoint(checkpoint: EncodedCheckpoint & { readonly bytes: Uint8Array<ArrayBuffer> }): void;
  /** Sends what is left, and closes the port. */
  close(): void;
}

/** Nobody sees that an epoch is told so much later, and the next one ends about as soon as this one did. */
const BATCH_MS = 10;

export function createThreadReporter(port: MessagePort): ThreadReporter {
  let pending: EpochReport[] = [];
  let sentAt = performance.now();

  const send = (message: ThreadMessage, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, transfer);
  const sendEpochs = () => {
    if (pending.length === 0) return;
    send({ kind: 'epochs', reports: pending });
    pending = [];
    sentAt = performance.now();
  };
  return {
    prepared: (prepared) => send({ kind: 'prepared', prepared }),
    started: (plan, kernels) => send({ kind: 'started', plan, kernels }),
    epoch(report) {
      pending.push(report);
      if (performance.now() - sentAt >= BATCH_MS) sendEpochs();
    },
    checkpoint(checkpoint) {
      // Whoever goes on from it finds the epochs before it.
      sendEpochs();
      send({ kind: 'checkpoint', checkpoint }, [checkpoint.bytes.buffer]);
    },
    close() {
      sendEpochs();
      port.close();
    },
  };
}
