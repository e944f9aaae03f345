import { isObject } from '../../model/json.ts';
import { asana } from './asana.ts';
import { challenge } from './challenge.ts';
import { cloudEvents } from './cloudevents.ts';
import { eventGrid } from './event-grid.ts';
import {
  type Greeting,
  type Handshake,
  type HandshakeAnswer,
  type HandshakeOutside,
  jsonAnswer,
} from './handshake.ts';
import { meta } from './meta.ts';
import { answerToken } from './microsoft-graph.ts';
import { monday } from './monday.ts';
import { probe } from './probe.ts';
import { slack } from './slack.ts';
import { sns } from './sns.ts';
import { twitch } from './twitch.ts';
import { wooCommerce } from './woocommerce.ts';
import { zoom } from './zoom.ts';

const all: readonly Handshake[] = [
  slack,
  zoom,
  meta,
  eventGrid,
  cloudEvents,
  twitch,
  sns,
  asana,
  monday,
  wooCommerce,
  challenge,
  probe,
];

/** Answers a request without a body that asks whether we are there. */
export function greet(greeting: Greeting): HandshakeAnswer | undefined {
  for (const { beforehand } of all) {
    const answer = beforehand?.(greeting);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** Answers a request that lacks its signature because its sender signs nothing yet. */
export function greetUnsigned(body: Buffer, greeting: Greeting): HandshakeAnswer | undefined {
  const header = greeting.source.verify?.header?.toLowerCase();
  if (header === undefined || body.length > maxBytes) return undefined;
  return all.find(({ unsigned }) => unsigned?.signedBy === header)?.unsigned?.answer(body, greeting);
}

/** Answers a verified request that is a handshake and no event. */
export async function shakeHands(
  body: Buffer,
  greeting: Greeting,
  outside: HandshakeOutside,
): Promise<HandshakeAnswer | undefined> {
  if (body.length === 0) return greeting.source.authenticates ? answerEmpty(greeting, outside) : undefined;
  const meant = all.filter(({ isMeant }) => isMeant?.(greeting, body));
  if (meant.length === 0 || body.length > maxBytes) return undefined;
  const message = firstObject(body);
  if (message === undefined) return undefined;
  for (const { answer } of meant) {
    const answered = await answer!(message, greeting, outside);
    if (answered !== undefined) return answered;
  }
  return undefined;
}

/** An empty request that is verified holds no event: it tries the connection. */
async function answerEmpty(
  greeting: Greeting,
  outside: HandshakeOutside,
): Promise<HandshakeAnswer | undefined> {
  const { url, source } = greeting;
  const asked = asana.isMeant!(greeting, Buffer.alloc(0)) ? asana.answer!({}, greeting, outside) : undefined;
  const answer = (await asked) ?? answerToken(url);
  if (answer !== undefined || source.verify?.type === 'none') return answer;
  return { ...jsonAnswer({ status: 'ignored' }), status: source.respond };
}

/** No handshake is larger, and events need not be parsed twice. */
const maxBytes = 16 * 1024;

/** The body's object, or the first of its array; nothing when it is neither: the way of events will say so. */
function firstObject(body: Buffer) {
  try {
    const value: unknown = JSON.parse(body.toString());
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return isObject(first) ? first : undefined;
  } catch {
    return undefined;
  }
}
