/** A section of the documentation: an OpenAPI tag. */
interface Section {
  readonly name: string;
  readonly description: string;
  /** Operation ids in the order of use. Others follow in the order of their routes. */
  readonly operations: readonly string[];
}

/** In the order of use: upload a table, queue a job, follow it, predict; then the rest. */
export const SECTIONS: readonly Section[] = [
  {
    name: 'Datasets',
    description: 'Upload tables; read their profiles and rows.',
    operations: ['uploadDataset', 'listDatasets', 'getDataset', 'getDatasetRows', 'deleteDataset'],
  },
  {
    name: 'Jobs',
    description: 'Queue trainings, follow them and control them.',
    operations: [
      ...['createJob', 'listJobs', 'getJob', 'streamJobEvents', 'getLosses'],
      ...['pauseJob', 'resumeJob', 'stopJob', 'cancelJob', 'extendJob', 'retryJob', 'deleteJob', 'streamEvents'],
    ],
  },
  {
    name: 'Models',
    description: 'Predict with trained networks; read their metrics and parameters; name them by aliases.',
    operations: [
      ...[
        'predict',
        'listModels',
        'getModel',
        'getParameters',
        'traceModel',
        'getLineage',
        'changeModel',
        'deleteModel',
      ],
      ...['putAlias', 'listAliases', 'getAlias', 'deleteAlias'],
    ],
  },
  {
    name: 'Reports',
    description: 'Measure models on rows, with confidence intervals; read the results again.',
    operations: ['evaluateModel', 'listReports', 'getReport', 'cancelReport', 'deleteReport'],
  },
  {
    name: 'Sweeps',
    description: 'Search for hyperparameters.',
    operations: [
      ...['previewSweep', 'createSweep', 'listSweeps', 'getSweep', 'listTrials', 'getTrial', 'streamSweepEvents'],
      ...['getSweepImportance', 'createEnsemble', 'pauseSweep', 'resumeSweep', 'cancelSweep', 'deleteSweep'],
      ...['askTrial', 'reportTrial', 'tellTrial'],
    ],
  },
  {
    name: 'Networks',
    description: 'Check the shapes of a network before training it; trace one forward and backward pass.',
    operations: [],
  },
  { name: 'Webhooks', description: 'Call a URL when jobs, sweeps and reports end.', operations: [] },
  { name: 'Access', description: 'Manage API keys and projects.', operations: [] },
  { name: 'System', description: 'Check the health, the version and the metrics of the service.', operations: [] },
];

interface Operation {
  readonly operationId?: string;
  readonly tags?: readonly string[];
}
type Methods = Readonly<Record<string, Operation>>;

/** The document with its paths, and the methods of each path, in the order of `SECTIONS`. */
export function inOrderOfUse<Document extends object>(document: Document): Document {
  // The library's type allows more in a path than operations; the routes define nothing else.
  const { paths = {} } = document as { readonly paths?: Readonly<Record<string, Methods>> };
  const sorted = Object.entries(paths).map(([path, methods]) => [path, sortedMethods(methods)] as const);
  const ordered = sorted.toSorted(([, a], [, b]) => firstPosition(a) - firstPosition(b));
  return { ...document, paths: Object.fromEntries(ordered) };
}

function sortedMethods(methods: Methods): Methods {
  return Object.fromEntries(Object.entries(methods).toSorted(([, a], [, b]) => positionOf(a) - positionOf(b)));
}

function firstPosition(methods: Methods): number {
  return Math.min(...Object.values(methods).map(positionOf));
}

/** More operations than any section has. */
const SECTION_SIZE = 1000;

function positionOf({ operationId = '', tags: [tag] = [] }: Operation): number {
  const section = SECTIONS.findIndex(({ name }) => name === tag);
  const operation = SECTIONS[section]?.operations.indexOf(operationId) ?? -1;
  return section * SECTION_SIZE + (operation < 0 ? SECTION_SIZE - 1 : operation);
}
