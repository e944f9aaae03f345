import type { Link } from './connection.ts';
import { isNotFound } from './errors.ts';

/** False when it was not there any more. */
export async function deleteMessage({ jsm }: Link, stream: string, seq: number): Promise<boolean> {
  try {
    return await jsm.streams.deleteMessage(stream, seq, false);
  } catch (error) {
    if (isNotFound(error) || isGone(error)) return false;
    throw error;
  }
}

/** The servers' words for it, by version, under codes that mean other things too. */
const isGone = (error: unknown): boolean =>
  error instanceof Error &&
  /no message found|message not found|sequence not found|stream store eof/i.test(error.message);
