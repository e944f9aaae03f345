import { createHash } from 'node:crypto';

/** Names what has no id of its own: 32 hex digits. */
export const contentId = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 32);
