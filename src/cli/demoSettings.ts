import { z } from 'zod';
import { CLIENT_SETTINGS, SERVICE_SETTINGS } from '../config/settings.ts';

/**
 * What a demo may be told, with defaults that leave nothing behind and are in nobody's way; the
 * rest is as the service has it.
 */
export const DEMO_SETTINGS = {
  port: {
    ...SERVICE_SETTINGS.port,
    schema: SERVICE_SETTINGS.port.schema.unwrap().default(0),
    help: 'the port; a free one by default',
  },
  data: {
    ...SERVICE_SETTINGS.data,
    schema: z.string().min(1).optional(),
    help: 'where everything is kept; by default a temporary folder that is removed at the end',
  },
  key: {
    ...CLIENT_SETTINGS.key,
    help: 'an API key, where the data folder has keys; best given as the variable',
  },
  workers: SERVICE_SETTINGS.workers,
  kernels: SERVICE_SETTINGS.kernels,
  logLevel: { ...SERVICE_SETTINGS.logLevel, schema: SERVICE_SETTINGS.logLevel.schema.unwrap().default('warn') },
};
