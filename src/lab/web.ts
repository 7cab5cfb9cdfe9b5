/**
 * A web server in a process of its own, and the request that every approach sends to it. Nothing of the server runs on the client's
 * event loop, and its answers come when they come: after a fixed delay.
 */
import { ProcessPool } from '../executors/process-pool.js';
import { onEveryWorker } from './work.js';

/** The article's server answered after about this long. */
export const DELAY = 115;

/** A running server. */
export interface Web extends AsyncDisposable {
  readonly port: number;
  /** The process it lives in. */
  readonly pool: ProcessPool;
}

/** Starts a server on loopback that answers each request after `delay` ms. */
export async function openWeb(delay: number): Promise<Web> {
  const house = new ProcessPool(1, { isolation: 'process', threadNamePrefix: 'web' });
  const [port] = await onEveryWorker(house, listen, delay);
  if (port === undefined) throw new Error('the server gave no port');
  return { port, pool: house, [Symbol.asyncDispose]: () => house.shutdown() };
}

/** Runs in the server's process, and goes on after it has returned. */
async function listen(delay: number): Promise<number> {
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer((_request, response) => {
    setTimeout(() => response.setHeader('connection', 'close').end('ok'), delay);
  });
  await new Promise<void>((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 128 }, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** One GET; gives the status. */
export async function get(port: number): Promise<number> {
  const http = process.getBuiltinModule('node:http');
  return await new Promise<number>((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
  });
}
