import { byDocumentation } from './by-documentation.ts';
import { byLibrary } from './by-library.ts';
import { credentials } from './credentials.ts';
import { hmacs } from './hmac.ts';
import type { Sender } from './sender.ts';

export const senders: Sender[] = [...byLibrary, ...byDocumentation, ...hmacs, ...credentials];
