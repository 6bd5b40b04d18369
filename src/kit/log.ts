import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger };

/** The service's log: lines for a person on a terminal, JSON lines anywhere else. */
export function createLog(level: string): Logger {
  if (!process.stdout.isTTY) return pino({ level });
  return pino({ level }, pretty({ ignore: 'pid,hostname', translateTime: 'HH:MM:ss' }));
}

/** The same on standard error, for a command whose standard output is its result. */
export function createErrorLog(level: string): Logger {
  return pino(
    { level },
    pretty({ destination: process.stderr.fd, sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' }),
  );
}
