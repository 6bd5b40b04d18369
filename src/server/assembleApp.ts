import { availableParallelism } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { keyRoutes } from '../access/keyRoutes.ts';
import { createKeys } from '../access/keys.ts';
import { projectRoutes } from '../access/projectRoutes.ts';
import { createProjects } from '../access/projects.ts';
import { datasetLimitsOf } from '../datasets/limits.ts';
import { datasetRoutes } from '../datasets/routes.ts';
import { buildApp } from '../http/app.ts';
import { createHttpMetrics } from '../http/metrics/http.ts';
import { streamRoutes } from '../http/streams/routes.ts';
import { systemRoutes } from '../http/system.ts';
import { createCheckpoints } from '../jobs/checkpoints/checkpoints.ts';
import { createEvents } from '../jobs/events/service.ts';
import { createJobMembers, jobMemberRoutes } from '../jobs/members/routes.ts';
import { countJobs } from '../jobs/metrics/countStore.ts';
import { registerJobGauges } from '../jobs/metrics/metrics.ts';
import { jobRoutes } from '../jobs/routes.ts';
import { createJobs } from '../jobs/service.ts';
import { DEFAULT_PROJECT, type Tenant } from '../kit/contract/caller.ts';
import { membersFor } from '../kit/contract/json.ts';
import { packageVersion } from '../kit/node.ts';
import { shutdownBudget } from '../kit/shutdownBudget.ts';
import { createPredictionMetrics } from '../models/predict/metrics.ts';
import { sweepActionRoutes } from '../sweeps/actionRoutes.ts';
import { createSweepEvents } from '../sweeps/events/service.ts';
import { createAskAndTell } from '../sweeps/external/askAndTell.ts';
import { askAndTellRoutes } from '../sweeps/external/routes.ts';
import { createSearchCache } from '../sweeps/external/searchCache.ts';
import { createSearchWorker } from '../sweeps/external/searchWorker.ts';
import { sweepRoutes } from '../sweeps/routes.ts';
import { createSweeps } from '../sweeps/service.ts';
import { trialRoutes } from '../sweeps/trialRoutes.ts';
import { type ChosenKernels, chooseKernels } from '../training/backend/kernels.ts';
import { networkRoutes } from '../training/networks/routes.ts';
import { webhookRoutes } from '../webhooks/routes.ts';
import { createWebhooks } from '../webhooks/service.ts';
import { createModelServices, type ModelServices, modelRoutesOf } from './assembleModels.ts';
import { authenticationOf, type ServiceDeps } from './serviceDeps.ts';

/** Registers the routes of every room, in the order of the documentation. */
export function assembleApp(deps: ServiceDeps): Promise<FastifyInstance> {
  const { config, database, bus, datasets, registry, log } = deps;
  const clock = Date.now;
  const metrics = createHttpMetrics(registry);
  registerJobGauges(registry, database, clock);
  const kernels = chooseKernels(config.kernels);
  log?.info({ kernels: kernels.description }, 'kernels selected');
  const machine = machineOf(deps, kernels);
  const jobs = jobsOf(deps, machine);
  const modelServices = modelServicesOf(deps, kernels);
  const webhookDeps = { database, send: deps.send, allowPrivate: config.allowPrivateWebhooks, clock };
  return buildApp({
    version: packageVersion(),
    routes: [
      datasetRoutes({ datasets, maxUploadBytes: config.maxUploadBytes }),
      networkRoutes,
      jobRoutes({ jobs }),
      jobMemberRoutes({ members: (tenant) => createJobMembers({ database }, tenant) }),
      streamRoutes({
        events: (tenant) => createEvents({ database, bus }, tenant),
        sweepEvents: (tenant) => createSweepEvents({ database, bus }, tenant),
        limits: { total: config.maxStreams, perProject: config.maxProjectStreams },
        gauge: metrics.openStreams,
      }),
      ...modelRoutesOf(modelServices, config.maxUploadBytes),
      ...sweepRoutesOf(deps, machine, modelServices),
      webhookRoutes({ webhooks: (tenant) => createWebhooks(webhookDeps, tenant) }),
      keyRoutes({ keys: createKeys({ database, clock }) }),
      projectRoutes({ projects: createProjects({ database, clock }) }),
      systemOf(deps, kernels, machine),
    ],
    guard: { ...config, authentication: authenticationOf(deps), clock },
    idempotency: { database, clock },
    limits: config,
    drainMs: shutdownBudget(config.shutdownSeconds).requestsMs,
    metrics,
    tracer: deps.tracer,
    logger: log ?? false,
  });
}

type Machine = ReturnType<typeof machineOf>;

/** The resources of this machine that a job may use. */
function machineOf({ config }: ServiceDeps, { maxThreads }: ChosenKernels) {
  const cores = availableParallelism();
  return { cores, coresOfJob: Math.min(cores, maxThreads), memoryBytes: config.jobMemoryBytes };
}

/** The jobs of each tenant. */
function jobsOf({ database, datasets, blobs, bus, log }: ServiceDeps, machine: Machine) {
  const clock = Date.now;
  const checkpoints = createCheckpoints({ database, blobs: blobs.checkpoints, clock, log });
  const jobsDeps = { database, findDataset: datasets.find, checkpoints, bus, machine, clock };
  return (tenant: Tenant) => createJobs(jobsDeps, tenant);
}

/** The routes of the sweeps, and the search threads that end with them. */
function sweepRoutesOf(
  deps: ServiceDeps,
  machine: Machine,
  { models, ensembles }: ModelServices,
): readonly FastifyPluginAsyncZod[] {
  const { config, database, datasets, blobs, bus, log } = deps;
  const clock = Date.now;
  const { find: findDataset } = datasets;
  const checkpoints = createCheckpoints({ database, blobs: blobs.checkpoints, clock, log });
  const getModel = (tenant: Tenant, id: string) => models(tenant).get(id);
  const { suggest, computeImportance, close } = createSearchWorker();
  const shared = { database, bus, clock };
  const rooms = { findDataset, checkpoints, ensembles, computeImportance, getModel };
  const sweepsDeps = { ...shared, ...rooms, machine, workers: config.workers };
  const sweeps = (tenant: Tenant) => createSweeps(sweepsDeps, tenant);
  const externalDeps = { ...shared, searchCache: createSearchCache({ database, suggest }) };
  return [
    sweepRoutes({ sweeps }),
    trialRoutes({ sweeps }),
    sweepActionRoutes({ sweeps, getModel }),
    askAndTellRoutes({ askAndTell: ({ project }) => createAskAndTell(externalDeps, project), close }),
  ];
}

function modelServicesOf(deps: ServiceDeps, { createKernels }: ChosenKernels): ModelServices {
  const { config, database, bus, datasets, folders, registry, log } = deps;
  return createModelServices({
    database,
    bus,
    findDataset: datasets.find,
    findFile: datasets.findFile,
    kernels: config.kernels,
    createKernels,
    log,
    temporaryFolder: folders.temporary,
    maxTextBytes: config.maxUploadBytes,
    maxExpansion: config.maxExpansion,
    json: {
      bytes: config.maxJsonBytes,
      depth: config.maxJsonDepth,
      values: config.maxJsonValues,
      members: membersFor(config.maxColumns),
    },
    ingestLimits: datasetLimitsOf(config),
    metrics: createPredictionMetrics(registry),
  });
}

function systemOf(
  { config, database, readiness, renderMetrics }: ServiceDeps,
  { description: kernels }: ChosenKernels,
  machine: Machine,
) {
  const { cores, coresOfJob } = machine;
  return systemRoutes({
    readiness,
    scrape: renderMetrics,
    info: async ({ project }) => ({
      version: packageVersion(),
      kernels,
      cores,
      coresOfJob,
      workers: config.workers,
      // The keys of `default` may see the whole service.
      ...(await countJobs(database, project === DEFAULT_PROJECT ? undefined : project)),
    }),
  });
}
