import { Registry } from 'prom-client';
import { readConfig } from '../config/config.ts';
import { SERVICE_SETTINGS } from '../config/settings.ts';
import { foldersOf } from '../kit/folders.ts';
import { createEventBus } from '../notifications/bus.ts';
import { openCollections } from '../store/blobs/collections.ts';
import { openDatabase } from '../store/database/database.ts';
import { assembleApp } from './assembleApp.ts';
import { datasetsOf, senderOf } from './serviceDeps.ts';

/** The OpenAPI document, without starting anything. */
export async function describeApi(): Promise<unknown> {
  const { config } = readConfig(SERVICE_SETTINGS, [], {}, {});
  const folders = foldersOf(config.data);
  const blobs = openCollections(folders);
  const database = openDatabase(':memory:');
  const registry = new Registry();
  const datasets = datasetsOf({ config, folders, blobs, database, registry });
  const send = senderOf(config);
  const app = await assembleApp({
    config,
    folders,
    blobs,
    database,
    bus: createEventBus(),
    datasets,
    send,
    registry,
    renderMetrics: () => registry.metrics(),
    readiness: async () => [],
  });
  await app.ready();
  const document = app.swagger();
  await app.close();
  await database.destroy();
  return document;
}
