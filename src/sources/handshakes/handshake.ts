import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { JsonObject } from '../../model/json.ts';
import type { Logger } from '../../support/log.ts';
import type { Source } from '../source.ts';

/** What a sender asks before it sends, or instead of sending. */
export interface Greeting {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  source: Source;
}

export const greetingOf = (
  { method = '', url = '', headers }: IncomingMessage,
  source: Source,
): Greeting => ({ method, url, headers, source });

export interface HandshakeAnswer {
  status: number;
  type: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

export interface HandshakeOutside {
  log: Logger;
  /** Asks for an address that has been checked. */
  visit?: (url: string) => Promise<void>;
}

/** How one sender makes sure that we are there and willing. What is answered so is no event, and is not stored. */
export interface Handshake {
  /** For requests without a body. `undefined`: it is not meant. */
  beforehand?: (greeting: Greeting) => HandshakeAnswer | undefined;
  /** For requests with a body, which have been verified. `isMeant` is a cheap look; `body` is read only then. */
  isMeant?: (greeting: Greeting, body: Buffer) => boolean;
  answer?: (
    body: JsonObject,
    greeting: Greeting,
    outside: HandshakeOutside,
  ) => HandshakeAnswer | undefined | Promise<HandshakeAnswer | undefined>;
  /**
   * For a request without a signature of a sender that signs only later, in a header of this name (in lower case): it is asked only
   * where the source checks that header, and says nothing but what the request itself has said.
   */
  unsigned?: {
    signedBy: string;
    answer: (body: Buffer, greeting: Greeting) => HandshakeAnswer | undefined;
  };
}

export const textAnswer = (body: string): HandshakeAnswer => ({
  status: 200,
  type: 'text/plain',
  body,
  // What was sent must not become a page.
  headers: { 'x-content-type-options': 'nosniff' },
});
export const jsonAnswer = (body: object): HandshakeAnswer => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(body),
});
