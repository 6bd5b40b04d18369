import { type Logger, type LoggerOptions, pino } from 'pino';
import pretty from 'pino-pretty';
import { redactKeys } from './secrets.ts';

export type { Logger };

const PRETTY_OPTIONS: pretty.PrettyOptions = { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' };

/** The log of the service: lines for people on a terminal, otherwise JSON lines. */
export function createLog(level: string): Logger {
  return process.stdout.isTTY ? pino(optionsOf(level), pretty(PRETTY_OPTIONS)) : pino(optionsOf(level));
}

/** Lines for people on standard error, for a command whose standard output is its result. */
export function createErrorLog(level: string): Logger {
  return pino(optionsOf(level), pretty({ ...PRETTY_OPTIONS, destination: process.stderr.fd, sync: true }));
}

/** Removes API keys from everything that is logged: addresses, headers and errors. */
export function optionsOf(level: string): LoggerOptions {
  return { level, hooks: { streamWrite: redactKeys } };
}
