import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger };

const FOR_A_PERSON: pretty.PrettyOptions = { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' };

/** The service's log: lines for a person on a terminal, JSON lines anywhere else. */
export function createLog(level: string): Logger {
  return process.stdout.isTTY ? pino({ level }, pretty(FOR_A_PERSON)) : pino({ level });
}

/** Lines for a person on standard error, for a command whose standard output is its result. */
export function createErrorLog(level: string): Logger {
  return pino({ level }, pretty({ ...FOR_A_PERSON, destination: process.stderr.fd, sync: true }));
}
