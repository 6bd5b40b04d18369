import type { StopRequest } from '../../../training/loop/runControl.ts';
import { type Control, createControl } from '../../thread/control.ts';
import { allocateCores } from '../allocateCores.ts';

/** Controls the networks of an ensemble, as `Control` does one training. */
export interface EnsembleControl extends Pick<Control, 'end' | 'setThreads' | 'requestCheckpoint' | 'stopRequest'> {
  /** The control of a network that starts. It has the requests to the ensemble. */
  open(): Control;
  /** The network has ended: the others share its cores. */
  close(control: Control): void;
  /** The number of threads that a network can use, once it is known. */
  setMaxThreads(control: Control, count: number): void;
  /** Whether one more network may start. */
  hasFreeThread(): boolean;
  /** Whether there are fewer threads than networks, and this one started after those that fit. */
  lacksThread(control: Control): boolean;
  /** Cores that the networks use. */
  threads(): number;
  /** The number of networks that have not started. */
  setWaiting(count: number): void;
  /** Threads that all networks can use together. */
  maxThreads(): number;
  /** Called when the ensemble may use more threads, or is to stop. */
  onChanged(listener: () => void): void;
}

export function createEnsembleControl(): EnsembleControl {
  /** The controls of networks that train, with the threads that each can use. */
  const open = new Map<Control, number>();
  let listener = () => {};
  let threads = 1;
  let waiting = 0;
  let request: StopRequest | null = null;

  const share = () => {
    const shares = allocateCores(threads, [...open.values()]);
    for (const [i, control] of [...open.keys()].entries()) control.setThreads(shares[i]);
  };
  return {
    end(how) {
      if (how === 'cancel') request = how;
      request ??= how;
      for (const control of open.keys()) control.end(how);
      listener();
    },
    stopRequest: () => request,
    requestCheckpoint() {
      for (const control of open.keys()) control.requestCheckpoint();
    },
    setThreads(count) {
      threads = count;
      share();
      listener();
    },
    open() {
      const control = createControl();
      if (request) control.end(request);
      open.set(control, 1);
      share();
      return control;
    },
    close(control) {
      open.delete(control);
      share();
    },
    setMaxThreads(control, count) {
      if (open.has(control)) open.set(control, count);
      share();
    },
    hasFreeThread: () => open.size < threads,
    lacksThread: (control) => [...open.keys()].indexOf(control) >= Math.max(1, threads),
    threads: () => [...open.keys()].reduce((sum, control) => sum + control.threads(), 0),
    setWaiting(count) {
      waiting = count;
    },
    maxThreads: () =>
      Math.max(
        1,
        [...open.values()].reduce((sum, count) => sum + count, waiting),
      ),
    onChanged(called) {
      listener = called;
    },
  };
}
