/** Lets so many pieces of work through at once; the others wait their turn. */
export interface Gate {
  readonly run: <Value>(work: () => Promise<Value>) => Promise<Value>;
}

export function createGate(width: number): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async run(work) {
      if (running >= width) await new Promise<void>((proceed) => waiting.push(proceed));
      else running += 1;
      try {
        return await work();
      } finally {
        // The place is handed over, not given back, so that nobody slips in between.
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}
