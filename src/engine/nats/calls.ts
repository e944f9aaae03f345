import { parseJson } from '../../model/exact-json.ts';
import { RequestError, errors, type Msg } from '@nats-io/transport-node';
import { headers } from '@nats-io/transport-node';
import { SentinelError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { Calls } from '../cluster.ts';
import type { Link } from './connection.ts';
import { toEngineError } from './errors.ts';
import { type LargeBodies, largeHeader, overheadBytes, readRef, writeRef } from './large.ts';
import { encodeToken, type Layout } from './names.ts';

/** Of questions and answers that are too large for one message. */
export const callOwner = '=call';
const faultHeader = 'Sentinel-Fault';

/** Calls as requests of NATS: each process that answers is in one queue group, so that one of them is asked. */
export function createCalls(link: Link, layout: Layout, large: LargeBodies): Calls {
  const subjectOf = (topic: string): string => `${layout.prefix}.call.${encodeToken(topic)}`;

  async function pack(value: Json): Promise<{ data: Uint8Array; head: ReturnType<typeof headers> }> {
    const head = headers();
    const data = Buffer.from(JSON.stringify(value));
    if (data.length + overheadBytes <= link.maxPayload()) return { data, head };
    head.set(largeHeader, writeRef(await large.store(callOwner, data)));
    return { data: new Uint8Array(0), head };
  }

  async function unpack(message: Msg): Promise<Json> {
    const ref = readRef(message.headers?.get(largeHeader));
    if (ref === undefined) return parseJson(Buffer.from(message.data).toString());
    const body = await large.load(callOwner, ref);
    await large.remove(callOwner, ref.id);
    return parseJson(body.toString());
  }

  async function reply(message: Msg, answer: (question: Json) => Promise<Json>): Promise<void> {
    try {
      const { data, head } = await pack(await answer(await unpack(message)));
      message.respond(data, { headers: head });
    } catch (error) {
      const head = headers();
      head.set(faultHeader, '1');
      message.respond(JSON.stringify(toEngineError(error).message), { headers: head });
    }
  }

  return {
    serve(topic, answer) {
      const subscription = link.nc.subscribe(subjectOf(topic), {
        queue: 'workers',
        callback: (error, message) => {
          // A missing permission is reported with the connection's events.
          if (error === null) void reply(message, answer);
        },
      });
      return () => void (link.isClosed() || subscription.drain().catch(() => undefined));
    },
    async ask(topic, question, timeoutMs) {
      const { data, head } = await pack(question);
      let message: Msg;
      try {
        message = await link.nc.request(subjectOf(topic), data, { timeout: timeoutMs, headers: head });
      } catch (error) {
        if (error instanceof RequestError && error.isNoResponders())
          throw new SentinelError('no_worker', 'no worker is up that could answer this', { cause: error });
        if (error instanceof errors.TimeoutError || error instanceof RequestError)
          throw new SentinelError('no_worker', `no worker has answered within ${timeoutMs / 1000} seconds`, {
            cause: error,
          });
        throw toEngineError(error);
      }
      if (message.headers?.has(faultHeader) === true)
        throw new SentinelError('no_worker', `the worker could not answer: ${message.string()}`);
      return await unpack(message);
    },
  };
}
