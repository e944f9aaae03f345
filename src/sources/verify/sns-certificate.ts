import { SentinelError, messageOf } from '../../model/errors.ts';

const patienceMs = 5000;
const maxBytes = 64 * 1024;

/** Reads Amazon's certificate. Follows no redirect: it would lead away from the host that was checked. */
export async function fetchCertificate(url: string): Promise<string> {
  try {
    return await read(url);
  } catch (error) {
    throw new SentinelError(
      'certificate_unavailable',
      `Amazon's certificate can't be read: ${messageOf(error)}`,
    );
  }
}

async function read(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(patienceMs) });
  if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > maxBytes) throw new Error('it is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
