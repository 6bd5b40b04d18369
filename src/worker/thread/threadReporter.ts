import type { MessagePort } from 'node:worker_threads';
import type { EncodedCheckpoint } from '../../training/checkpoint/encoding.ts';
import type { LayerTable } from '../../training/ensemble/layerTable.ts';
import type { Snapshot } from '../../training/ensemble/snapshots.ts';
import type { Prepared } from '../../training/prepare.ts';
import type { EpochReport, RunPlan } from '../../training/report.ts';
import type { ThreadMessage } from './threadTask.ts';

/**
 * Reports the progress of a job to its process. Epochs are sent in batches, because a message costs
 * as much time as an epoch of a small dataset.
 */
export interface ThreadReporter {
  prepared(prepared: Prepared): void;
  started(plan: RunPlan, kernels: string): void;
  epoch(report: EpochReport): void;
  /** Transfers the bytes: the caller cannot use them afterwards. */
  checkpoint(checkpoint: EncodedCheckpoint & { readonly bytes: Uint8Array<ArrayBuffer> }): void;
  network(layers: LayerTable): void;
  snapshot(snapshot: Snapshot): void;
  /** Sends the remaining epochs and closes the port. */
  close(): void;
}

/**
 * Minimum time between two batches. A pending epoch waits for the next one, which is about as long.
 * Clients do not notice this delay.
 */
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
      // A run that resumes from the checkpoint needs the epochs before it.
      sendEpochs();
      send({ kind: 'checkpoint', checkpoint }, [checkpoint.bytes.buffer]);
    },
    network: (layers) => send({ kind: 'network', layers }),
    snapshot: (snapshot) => send({ kind: 'snapshot', snapshot }),
    close() {
      sendEpochs();
      port.close();
    },
  };
}
