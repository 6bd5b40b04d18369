import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Counter } from 'prom-client';
import { networkOf } from '../network/network.ts';

export interface ConnectionLimits {
  readonly maxConnections: number;
  readonly maxAddressConnections: number;
}

/**
 * Closes new connections above a total limit and a limit for each address, so that one address
 * cannot use all of them.
 */
export function limitConnections(
  app: FastifyInstance,
  { maxConnections, maxAddressConnections }: ConnectionLimits,
  refused?: Counter<'limit'>,
): void {
  const open = new Map<string, number>();
  app.server.maxConnections = maxConnections;
  app.server.on('drop', () => refused?.inc({ limit: 'all' }));
  app.server.on('connection', (socket: Socket) => {
    const network = networkOf(socket.remoteAddress ?? '');
    const count = open.get(network) ?? 0;
    if (count >= maxAddressConnections) {
      refused?.inc({ limit: 'address' });
      socket.destroy();
      return;
    }
    open.set(network, count + 1);
    socket.once('close', () => {
      const left = (open.get(network) ?? 1) - 1;
      if (left > 0) open.set(network, left);
      else open.delete(network);
    });
  });
}
