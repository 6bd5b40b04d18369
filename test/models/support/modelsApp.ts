import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../../src/http/app.ts';
import { createEventBus } from '../../../src/notifications/bus.ts';
import {
  createModelServices,
  type ModelServices,
  type ModelsOptions,
  modelRoutesOf,
} from '../../../src/server/assembleModels.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';
import { DATASET_LIMITS } from '../../support/datasetLimits.ts';

/** The services of stored models with the app that serves them. */
export interface ModelsApp extends ModelServices {
  readonly app: FastifyInstance;
}

type Given = 'database' | 'createKernels' | 'temporaryFolder' | 'findDataset' | 'findFile' | 'kernels';

const MAX_TEXT_BYTES = 2 ** 30;

export async function openModelsApp(options: Pick<ModelsOptions, Given>): Promise<ModelsApp> {
  const services = createModelServices({
    ...options,
    bus: createEventBus(),
    maxTextBytes: MAX_TEXT_BYTES,
    maxExpansion: 200,
    ingestLimits: DATASET_LIMITS,
    json: { bytes: 16 * 2 ** 20, depth: 64, values: 1e6, members: 10_000 },
  });
  const app = await buildApp({
    version: '0',
    routes: modelRoutesOf(services, MAX_TEXT_BYTES),
    guard: OPEN_GUARD,
    limits: HTTP_LIMITS,
    logger: false,
  });
  return { ...services, app };
}
