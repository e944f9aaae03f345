import type { Readable } from 'node:stream';

export interface TextLine {
  /** From 1. */
  number: number;
  text: string;
}

/** A text that cannot be read by lines; the message says why. */
export class UnreadableText extends Error {}

/**
 * The lines of a UTF-8 text as it comes, a chunk in memory at a time; the last one needs no line feed. Throws `UnreadableText` for a line of
 * more than `longest` characters and for what is not UTF-8. `node:readline` also breaks lines at U+2028, which may stand inside a JSON string.
 */
export async function* textLines(stream: Readable, longest: number): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decode(decoder, Buffer.from(chunk as Buffer | string))).split('\n');
    rest = lines.pop() ?? '';
    const tooLong = [...lines, rest].findIndex(({ length }) => length > longest);
    if (tooLong !== -1) throw new UnreadableText(`line ${number + tooLong + 1} is too long`);
    for (const text of lines) yield { number: ++number, text };
  }
  rest += decode(decoder);
  if (rest !== '') yield { number: ++number, text: rest };
}

/** Without a chunk: what is left at the end. */
function decode(decoder: InstanceType<typeof TextDecoder>, chunk?: Buffer): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (error) {
    if (error instanceof TypeError) throw new UnreadableText('it is not UTF-8');
    throw error;
  }
}
