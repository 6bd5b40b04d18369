import { type Logger, type LoggerOptions, pino } from 'pino';
import pretty from 'pino-pretty';
import { redactKeys } from './secrets.ts';

export type { Logger };

const PRETTY_OPTIONS: pretty.PrettyOptions = { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' };

/** The service's log: lines for a person on a terminal, JSON lines anywhere else. */
export function createLog(level: string): Logger {
  return process.stdout.isTTY ? pino(optionsOf(level), pretty(PRETTY_OPTIONS)) : pino(optionsOf(level));
}

/** Lines for a person on standard error, for a command whose standard output is its result. */
export function createErrorLog(level: string): Logger {
  return pino(optionsOf(level), pretty({ ...PRETTY_OPTIONS, destination: process.stderr.fd, sync: true }));
}

/** Whatever is logged, an address, a header or an error, is written without the API keys in it. */
export function optionsOf(level: string): LoggerOptions {
  return { level, hooks: { streamWrite: redactKeys } };
}
