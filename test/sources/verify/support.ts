import { presets } from '../../../src/sources/verify/presets.ts';
import type { Outside, SignedRequest, VerifySettings } from '../../../src/sources/verify/scheme.ts';

export function verifier(settings: Partial<VerifySettings> & { type: string }, outside?: Outside) {
  return presets.get(settings.type)!.create({ secrets: [], ...settings }, outside);
}
export const post = (
  body: string,
  headers: Record<string, string>,
  url = '/ingest/sender',
): SignedRequest => ({
  method: 'POST',
  url,
  headers,
  body: Buffer.from(body),
});
export const seconds = (at: number): string => String(Math.floor(at / 1000));
export const refused = (reason: string) => ({ kind: 'refused', reason });
export const verified = { kind: 'verified' };
