import type { FastifyPluginAsync } from 'fastify';
import type { IngestQueueLimits } from '../datasets/upload/ingestQueue.ts';
import { createParquetReader } from '../datasets/upload/parquetRows.ts';
import type { CreateKernels } from '../engine/kernels/kernels.ts';
import type { Tenant } from '../kit/contract/caller.ts';
import { createSemaphore } from '../kit/limits/semaphore.ts';
import { aliasRoutes } from '../models/aliases/routes.ts';
import { createAliases } from '../models/aliases/service.ts';
import { createEnsembles } from '../models/ensembles/service.ts';
import { createEvaluations } from '../models/evaluate/evaluations.ts';
import { evaluationRoutes } from '../models/evaluate/routes.ts';
import { createEvaluateModel, type EvaluateModelDeps } from '../models/evaluate/service.ts';
import { exportRoutes } from '../models/export/routes.ts';
import { createExports } from '../models/export/service.ts';
import { lineageRoutes } from '../models/lineage/routes.ts';
import { createLineages } from '../models/lineage/service.ts';
import { parameterRoutes } from '../models/parameters/routes.ts';
import { createParameters } from '../models/parameters/service.ts';
import { predictRoutes } from '../models/predict/routes.ts';
import { createPredictions, type PredictionsDeps } from '../models/predict/service.ts';
import { preprocessingRoutes } from '../models/preprocessing/routes.ts';
import { createPreprocessing } from '../models/preprocessing/service.ts';
import { reportRoutes } from '../models/reports/routes.ts';
import { createReports } from '../models/reports/service.ts';
import { modelRoutes } from '../models/routes.ts';
import { createModels } from '../models/service.ts';
import { splitRoutes } from '../models/split/routes.ts';
import { createSplits } from '../models/split/service.ts';
import { createLoader } from '../models/stored/predictor/loader.ts';
import { traceRoutes } from '../models/trace/routes.ts';
import { createTraces } from '../models/trace/service.ts';
import type { EventBus } from '../notifications/bus.ts';

export interface ModelsOptions
  extends EvaluateModelDeps,
    Omit<PredictionsDeps, 'loader' | 'largeJson' | 'readParquetRows'> {
  /** Limits of Parquet bodies. */
  readonly ingestLimits: IngestQueueLimits;
  readonly createKernels: CreateKernels;
  readonly bus: EventBus;
}
export type ModelServices = ReturnType<typeof createModelServices>;

/** One service for each question about stored models. Tenants share the models in memory. */
export function createModelServices({ createKernels, ingestLimits, ...options }: ModelsOptions) {
  const { database, bus } = options;
  const clock = Date.now;
  const loader = createLoader(database, createKernels);
  const evaluate = createEvaluateModel(options);
  const readParquetRows = createParquetReader(options.temporaryFolder, ingestLimits);
  const predictions = { ...options, loader, largeJson: createSemaphore(1), readParquetRows };
  const traces = { database, json: options.json, tracing: createSemaphore(1) };
  const reports = (tenant: Tenant) => createReports({ database, bus, clock }, tenant);
  return {
    reports,
    evaluations: (tenant: Tenant) => createEvaluations({ database, reports }, tenant),
    models: (tenant: Tenant) => createModels({ database, evict: loader.evict }, tenant),
    parameters: (tenant: Tenant) => createParameters({ database }, tenant),
    lineages: (tenant: Tenant) => createLineages({ database }, tenant),
    preprocessing: (tenant: Tenant) => createPreprocessing({ database }, tenant),
    exports: (tenant: Tenant) => createExports({ database }, tenant),
    splits: (tenant: Tenant) => createSplits({ database }, tenant),
    predictions: (tenant: Tenant) => createPredictions(predictions, tenant),
    ensembles: (tenant: Tenant) => createEnsembles({ database, evaluate, clock }, tenant),
    traces: (tenant: Tenant) => createTraces(traces, tenant),
    aliases: (tenant: Tenant) => createAliases({ database, clock }, tenant),
  };
}

/**
 * Their routes, in the order of the documentation. `maxBodyBytes` limits the rows of a prediction.
 */
export function modelRoutesOf(services: ModelServices, maxBodyBytes: number): readonly FastifyPluginAsync[] {
  return [
    modelRoutes(services),
    parameterRoutes(services),
    preprocessingRoutes(services),
    exportRoutes(services),
    splitRoutes(services),
    lineageRoutes(services),
    predictRoutes({ ...services, maxBodyBytes }),
    traceRoutes(services),
    aliasRoutes(services),
    evaluationRoutes(services),
    reportRoutes(services),
  ];
}
