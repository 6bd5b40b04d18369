/** Runs tasks one after the other, in the order in which they were added. */
export interface SerialQueue {
  /** Resolves when the task has ended. Never rejects: an error goes to `onError`. */
  run(task: () => Promise<void>): Promise<void>;
}

export function createSerialQueue(onError: (error: unknown) => void): SerialQueue {
  let last: Promise<void> = Promise.resolve();
  return {
    run(task) {
      last = last.then(task).catch(onError);
      return last;
    },
  };
}
