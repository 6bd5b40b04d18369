import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import type { SERVICE_SETTINGS, Settings } from './settings.ts';

/** Exit code for a wrong configuration (EX_CONFIG of sysexits.h). */
export const EXIT_WRONG_CONFIGURATION = 78;

/** A setting that cannot be used; the message names the flag and what it takes. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Exit code for a wrong command line. */
export const EXIT_WRONG_USAGE = 2;

/**
 * A command line that cannot be read: an unknown flag, a missing argument. `known` has the names
 * that `unknown` may stand for.
 */
export class UsageError extends ConfigurationError {
  readonly unknown: string | undefined;
  readonly known: readonly string[];

  constructor(message: string, unknown?: string, known: readonly string[] = []) {
    super(message);
    this.unknown = unknown;
    this.known = known;
  }
}

type ConfigOf<T extends Settings> = { readonly [Name in keyof T]: z.output<T[Name]['schema']> };
export type Config = ConfigOf<typeof SERVICE_SETTINGS>;

export interface CommandLine<T extends Settings> {
  readonly config: ConfigOf<T>;
  /** The flags of the command itself, as given. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/** The flags of one command that are no settings: whether each takes a text or stands alone. */
export type CommandFlags = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly takes: string; readonly help: string }>
>;

/**
 * Reads settings from flags and the environment; a flag wins, then the variable, then the default.
 * Throws ConfigurationError that names the flag or variable, what it got and what it takes.
 */
export function readConfig<T extends Settings>(
  settings: T,
  args: readonly string[],
  commandFlags: CommandFlags = {},
  env: NodeJS.ProcessEnv = process.env,
): CommandLine<T> {
  const { values, positionals } = parseFlags(settings, args, commandFlags);
  const read = Object.entries(settings).map(([name, { schema, takes }]) => {
    const [source, raw] = rawValue(name, values, env);
    const result = schema.safeParse(raw);
    if (result.success) return [name, result.data];
    const expected = takes ? ` takes ${takes}` : ' takes true or false';
    throw new ConfigurationError(`${source}${expected}, not ${JSON.stringify(raw)}.`);
  });
  return { config: Object.fromEntries(read) as ConfigOf<T>, flags: values, positionals };
}

/** Whether an address is of this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** The config with the data folder made absolute. */
export function withAbsoluteData(config: Config): Config {
  return { ...config, data: resolve(config.data) };
}

/** Throws ConfigurationError where a service without keys would listen to other machines. */
export function checkRemoteAccess({ host, data, allowRemoteWithoutKeys }: Config, hasKeys: boolean): void {
  if (hasKeys || isLoopback(host) || allowRemoteWithoutKeys) return;
  throw new ConfigurationError(
    `--host ${host} can be reached from other machines, and there are no keys: anybody could do anything. ` +
      `Make one with \`trainyard keys create --name admin --scopes admin --data ${data}\`, ` +
      'listen on 127.0.0.1 behind a proxy that checks who comes, ' +
      'or pass --allow-remote-without-keys.',
  );
}

/**
 * Throws ConfigurationError where an API, which serves its own figures and those of its worker, is
 * told to do so in another place.
 */
export function checkMetricsPort({ role, metricsPort }: Config): void {
  if (metricsPort === undefined || role === 'worker') return;
  throw new ConfigurationError(
    `--metrics-port is for --role worker: with --role ${role}, GET /metrics is answered on --port, those of the worker beside it included.`,
  );
}

export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function variableOf(name: string): string {
  return `TRAINYARD_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function parseFlags(settings: Settings, args: readonly string[], commandFlags: CommandFlags) {
  const own = Object.entries(settings).map(([name, { takes }]) => [
    flagOf(name).slice(2),
    { type: takes === '' ? ('boolean' as const) : ('string' as const) },
  ]);
  const options = { ...Object.fromEntries(own), ...commandFlags };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as CommandLine<Settings>['flags'], positionals };
  } catch (error) {
    throw usageError(error, Object.keys(options));
  }
}

function usageError(error: unknown, flags: readonly string[]): UsageError {
  const message = error instanceof Error ? error.message : String(error);
  const [, unknown] = /^Unknown option '(-[^']*)'/.exec(message) ?? [];
  if (unknown === undefined) return new UsageError(message);
  const known = flags.map((flag) => `--${flag}`);
  return new UsageError(`Unknown flag ${unknown}.`, unknown, known);
}

function rawValue(
  name: string,
  values: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
): readonly [source: string, value: string | undefined] {
  const flag = values[flagOf(name).slice(2)];
  if (flag !== undefined) return [flagOf(name), String(flag)];
  const variable = env[variableOf(name)];
  return [variableOf(name), variable === '' ? undefined : variable];
}

/** Whether npm or npx started this process, or one of its ancestors. */
export function isStartedByNpm(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.npm_command !== undefined;
}

/** Whether a terminal can show more than ASCII: yes unless the locale names another encoding. */
export function localeIsUtf8(env: NodeJS.ProcessEnv = process.env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined || locale === '' || /utf-?8$/i.test(locale);
}
