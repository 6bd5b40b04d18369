import { describe, expect, it } from 'vitest';
import type { Command } from '../../../src/cli/command/command.ts';
import { commandHelp, overview } from '../../../src/cli/command/help.ts';
import { predictCommand } from '../../../src/cli/commands/predict.ts';
import { sweepCommand } from '../../../src/cli/commands/sweep.ts';
import { trainCommand } from '../../../src/cli/commands/train.ts';
import { SERVICE_SETTINGS } from '../../../src/config/settings.ts';

const SERVE: Command = {
  name: 'serve',
  summary: 'start the service',
  usage: '[flags]',
  settings: SERVICE_SETTINGS,
  flags: {},
  run: async () => 0,
};

describe('help', () => {
  it('names every command', () => {
    const text = overview([SERVE, trainCommand, predictCommand]);
    expect(text).toContain('  serve    start the service\n  train    upload a table');
    expect(text).toContain('  predict  predict the rows of a file with a model');
  });

  it('shows the flags of a command and the settings with variables and defaults', () => {
    expect(commandHelp(predictCommand)).toBe(`\
trainyard predict: predict the rows of a file with a model.

Usage: trainyard predict MODEL FILE [--output FILE]

FILE may be - for standard input. The predictions have the format of the file
unless --json is given.

Flags:
  --output FILE           file for the predictions (default: standard output)
  --spreadsheet           prefix labels that a spreadsheet would run as formulas
                          with an apostrophe, in CSV and TSV
  --format csv|tsv|ndjson|json|parquet
                          format of the file (default: from its name, or from
                          the content of standard input)
  --json                  print one JSON document; errors are JSON problems on
                          standard error

Settings, each a flag or a variable with this default. A flag has priority:
  --url URL  address of a running service
             TRAINYARD_URL=http://127.0.0.1:8080
  --key KEY  API key, if the service requires one; preferably set as the
             variable
             TRAINYARD_KEY`);
  });

  it.each([SERVE, trainCommand, sweepCommand])('fits 80 columns', (command) => {
    const lines = commandHelp(command).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('names every setting of the service', () => {
    const text = commandHelp(SERVE);
    expect(text).toContain('--max-upload-bytes BYTES');
    expect(text).toContain('TRAINYARD_ALLOW_REMOTE_WITHOUT_KEYS=false');
  });
});
