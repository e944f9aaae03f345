import pg from 'pg';
import { clientConfig } from './session.ts';

/** Work on a connection of its own, so that no setting or lock outlives it. */
export async function onConnection<T>(
  url: string,
  name: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(clientConfig(url, name));
  // Emitted beside the rejection of a query; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
