import type { Msg } from '@nats-io/transport-node';

/** One message that a consumer was given. */
export interface Pulled {
  data: Uint8Array;
  /** Undefined when the header is not there. */
  header(name: string): string | undefined;
  subject: string;
  /** Sequence in the stream. */
  seq: number;
  /** How often it was delivered, this time included. */
  deliveries: number;
  /** Sequence of the consumer's deliveries; has no gap unless a message got lost on its way. */
  delivery: number;
  /** Messages behind it, as far as the server knew. */
  behind: number;
  /** When it was stored; milliseconds since 1970. */
  at: number;
  ack(): void;
  /** Gives it back; it comes again, to whichever worker asks, after the delay. */
  giveBack(delayMs?: number): void;
  /** Begins the time for its acknowledgement anew. */
  extend(): void;
}

export const isDelivery = (message: Msg): boolean => message.reply?.startsWith('$JS.ACK.') === true;

export function toPulled(message: Msg): Pulled {
  // $JS.ACK.<stream>.<consumer>.<deliveries>.<seq>.<delivery>.<time>.<behind>, or with a domain and an account hash
  // before the stream.
  const tokens = (message.reply ?? '').split('.');
  const first = tokens.length > 9 ? 7 : 5;
  const number = (at: number): number => Number(tokens[first + at]);
  return {
    data: message.data,
    header: (name) => message.headers?.get(name) || undefined,
    subject: message.subject,
    deliveries: number(-1),
    seq: number(0),
    delivery: number(1),
    at: number(2) / 1e6,
    behind: number(3),
    ack: () => void message.respond('+ACK'),
    giveBack: (delayMs = 0) =>
      void message.respond(
        delayMs > 0 ? `-NAK ${JSON.stringify({ delay: Math.round(delayMs * 1e6) })}` : '-NAK',
      ),
    extend: () => void message.respond('+WPI'),
  };
}
