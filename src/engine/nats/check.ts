import { nuid } from '@nats-io/transport-node';
import type { NatsConfig } from '../../config/load.ts';
import { type NatsAccess, openLink } from './connection.ts';
import { toEngineError } from './errors.ts';
import { briefly } from './briefly.ts';
import { unsafeCopies } from './server-version.ts';

/** What a server says of itself, after a stream with the wanted copies could be made on it. Throws engine errors. */
export async function checkNats(
  config: NatsAccess & Pick<NatsConfig, 'replicas' | 'prefix'>,
): Promise<{ version: string; server: string; maxPayload: number; unsafe?: string }> {
  const link = await openLink(config, 'doctor', {});
  try {
    const name = `${config.prefix}_doctor_${nuid.next()}`;
    await link.jsm.streams.add({ name, subjects: [name], num_replicas: config.replicas });
    await link.jsm.streams.delete(name);
    const { version = 'unknown', host = '', port = 0 } = link.nc.info ?? {};
    const unsafe = unsafeCopies(version, config.replicas);
    return {
      version,
      server: `${host}:${port}`,
      maxPayload: link.maxPayload(),
      unsafe,
    };
  } catch (error) {
    throw toEngineError(error);
  } finally {
    await briefly(link.nc.close());
  }
}
