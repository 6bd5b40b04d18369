import { z } from 'zod';
import { CLIENT_SETTINGS, SERVICE_SETTINGS } from '../../config/settings.ts';

/**
 * The settings of a demo. Their defaults leave nothing on disk and conflict with no other service;
 * all others have the service's defaults.
 */
export const DEMO_SETTINGS = {
  port: {
    ...SERVICE_SETTINGS.port,
    schema: SERVICE_SETTINGS.port.schema.unwrap().default(0),
    help: 'port to listen on (default: a free one)',
  },
  data: {
    ...SERVICE_SETTINGS.data,
    schema: z.string().min(1).optional(),
    help: 'data folder (default: a temporary folder that is removed at the end)',
  },
  key: {
    ...CLIENT_SETTINGS.key,
    help: 'API key, if the data folder has keys; preferably set as the variable',
  },
  workers: SERVICE_SETTINGS.workers,
  kernels: SERVICE_SETTINGS.kernels,
  logLevel: { ...SERVICE_SETTINGS.logLevel, schema: SERVICE_SETTINGS.logLevel.schema.unwrap().default('warn') },
};
