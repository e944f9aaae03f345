import type { Reception } from '../../model/event.ts';
import type { RepairTrail } from '../../model/loaded-event.ts';

/** The topic that feeds a further destination. */
export const copyTopic = (destination: string): string => `copy.${destination}`;

/** The group that reads it. */
export const copyGroup = 'loader';

/** What is known of an event on its way to a further destination. */
export interface CopyHeader extends Omit<Reception, 'replay'> {
  contract: string;
  version: string;
  /** Some number needs `parseExact`. */
  exact?: true;
  repair?: RepairTrail;
  /** Set while a dead letter of this destination is sent back; see `ReplayTrail.round`. */
  replay?: { round: number };
}

/** In place of a copy: the event is a dead letter of the main destination, and a repaired row of it is to go. */
export interface Retraction {
  request_id: string;
  /** The rule that had repaired the row that the main destination has given back; absent when there was none there. */
  rule_id?: string | undefined;
}

interface RetractionHeader {
  retracted: Retraction;
}

export const encodeRetraction = (retracted: Retraction): Buffer =>
  encodeCopy<RetractionHeader>({ retracted }, '');

export interface Copy {
  header: CopyHeader;
  text: string;
}

/** What a message of the topic of copies is. */
export function readCopyMessage(body: Uint8Array): { copy: Copy } | { retracted: Retraction } {
  const { header, text } = decodeCopy<CopyHeader | RetractionHeader>(body);
  return 'retracted' in header ? { retracted: header.retracted } : { copy: { header, text } };
}

/**
 * A line of metadata, and a line with the event as its contract accepted it, before coercions: the reader validates it
 * again. `text` is JSON in one line.
 */
export const encodeCopy = <H extends object = CopyHeader>(header: H, text: string): Buffer =>
  Buffer.from(`${JSON.stringify(header)}\n${text}`);

export function decodeCopy<H extends object = CopyHeader>(body: Uint8Array): { header: H; text: string } {
  const all = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  const end = all.indexOf('\n');
  return { header: JSON.parse(all.slice(0, end)) as H, text: all.slice(end + 1) };
}
