import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import type { SERVICE_SETTINGS, Settings } from './settings.ts';

/** Exit code for a wrong configuration (EX_CONFIG of sysexits.h). */
export const EXIT_WRONG_CONFIGURATION = 78;

/**
 * A setting with an invalid value. The message names the flag or variable, its value and the
 * expected one.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Exit code for a wrong command line. */
export const EXIT_WRONG_USAGE = 2;

/**
 * A command line with an unknown flag or a missing argument. `known` lists the names that `unknown`
 * may be a misspelling of.
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

/** The flags of one command that are not settings: whether each has a text value or is a switch. */
export type CommandFlags = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly valueName: string; readonly help: string }>
>;

/**
 * Reads settings from flags and the environment. A flag has priority over the variable, the
 * variable over the default. Throws ConfigurationError that names the flag or variable, its value
 * and the expected one.
 */
export function readConfig<T extends Settings>(
  settings: T,
  args: readonly string[],
  commandFlags: CommandFlags = {},
  env: NodeJS.ProcessEnv = process.env,
): CommandLine<T> {
  const { values, positionals } = parseFlags(settings, args, commandFlags);
  const read = Object.entries(settings).map(([name, { schema, valueName }]) => {
    const [source, raw] = rawValue(name, values, env);
    const result = schema.safeParse(raw);
    if (result.success) return [name, result.data];
    const expected = valueName ? ` expects ${valueName}` : ' expects true or false';
    throw new ConfigurationError(`${source}${expected}, got ${JSON.stringify(raw)}.`);
  });
  return { config: Object.fromEntries(read) as ConfigOf<T>, flags: values, positionals };
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** The config with an absolute path of the data folder. */
export function withAbsoluteData(config: Config): Config {
  return { ...config, data: resolve(config.data) };
}

/** Throws ConfigurationError if a service without keys would listen to other machines. */
export function checkRemoteAccess({ host, data, allowRemoteWithoutKeys }: Config, hasKeys: boolean): void {
  if (hasKeys || isLoopback(host) || allowRemoteWithoutKeys) return;
  throw new ConfigurationError(
    `--host ${host} is reachable from other machines, and there are no keys: anyone could do anything. ` +
      `Create a key with \`trainyard keys create --name admin --scopes admin --data ${data}\`, ` +
      'listen on 127.0.0.1 behind a proxy that authenticates its clients, ' +
      'or pass --allow-remote-without-keys.',
  );
}

/**
 * Throws ConfigurationError if an API has a metrics port: it serves its own metrics and those of
 * its worker on its own port.
 */
export function checkMetricsPort({ role, metricsPort }: Config): void {
  if (metricsPort === undefined || role === 'worker') return;
  throw new ConfigurationError(
    `--metrics-port requires --role worker. With --role ${role}, GET /metrics is served on --port and includes the metrics of the local worker.`,
  );
}

export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export function variableOf(name: string): string {
  return `TRAINYARD_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function parseFlags(settings: Settings, args: readonly string[], commandFlags: CommandFlags) {
  const own = Object.entries(settings).map(([name, { valueName }]) => [
    flagOf(name).slice(2),
    { type: valueName === '' ? ('boolean' as const) : ('string' as const) },
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

/** Whether a terminal can show more than ASCII: yes, unless the locale names another encoding. */
export function localeIsUtf8(env: NodeJS.ProcessEnv = process.env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined || locale === '' || /utf-?8$/i.test(locale);
}
