import { textAnswer, type HandshakeAnswer } from './handshake.ts';

/** Microsoft Graph sends a token in the query of an empty request when a subscription is made, and wants it back. */
export function answerToken(url: string): HandshakeAnswer | undefined {
  if (!url.includes('validationToken=')) return undefined;
  const token = new URLSearchParams(url.slice(url.indexOf('?'))).get('validationToken');
  return token === null ? undefined : textAnswer(token);
}
