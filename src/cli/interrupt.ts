/**
 * Aborted by Ctrl-C (SIGINT) or SIGTERM; what follows has its own time limit. A second signal changes nothing, since a terminal and a
 * wrapper such as npm may both send the one that a person meant.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}
