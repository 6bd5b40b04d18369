/** One line of metrics. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The content of a scrape: the samples, and the metrics with both help and a type. */
export interface Scrape {
  readonly samples: readonly Sample[];
  readonly described: ReadonlySet<string>;
  /** The sum of all samples of that name with these labels. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

/** Reads Prometheus' text format 0.0.4. Throws on a line that it does not allow. */
export function parseScrape(text: string): Scrape {
  const [helps, types] = [new Set<string>(), new Set<string>()];
  const samples: Sample[] = [];
  for (const line of text.split('\n').filter(Boolean)) {
    const [, kind, name = ''] = /^# (HELP|TYPE) ([a-z_]\w*) \S/.exec(line) ?? [];
    if (kind === undefined) samples.push(parseSample(line));
    else if (kind === 'HELP') addOnce(helps, name);
    else addOnce(types, name);
  }
  const has = (sample: Sample, labels: object) =>
    Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
  return {
    samples,
    described: helps.intersection(types),
    sum: (wanted, labels = {}) =>
      samples
        .filter((sample) => sample.name === wanted && has(sample, labels))
        .reduce((total, { value }) => total + value, 0),
  };
}

function addOnce(names: Set<string>, name: string): void {
  if (names.has(name)) throw new Error(`${name} is described twice`);
  names.add(name);
}

function parseSample(line: string): Sample {
  const [, name, inBraces = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) throw new Error(`no sample: ${line}`);
  const labels = [...inBraces.matchAll(/([a-z_]\w*)="((?:[^"\\]|\\.)*)"/gi)].map(([, label, text]) => [label, text]);
  return { name, labels: Object.fromEntries(labels), value: Number(value) };
}
