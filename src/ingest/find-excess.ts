import type { Problem } from '../api/problem.ts';
import { maxNumberLength } from '../model/exact-json.ts';
import { pointerOf } from '../model/pointer.ts';
import type { BodyFormat, FormatLimits } from '../support/lines.ts';

/** Of one object; more is a table that was sent as an object. */
export const maxKeysOfObject = 20_000;

/**
 * Finds, in one pass over the bytes and before anything is parsed, what would make a body expensive: depth, events, keys,
 * digits. Syntax is not its business: of a body that is no JSON it says something or nothing, and the parser says the rest.
 */
export function findExcess(bytes: Uint8Array, format: BodyFormat, limits: FormatLimits): Problem | undefined {
  return new Pass(bytes, format, limits).run();
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const lineFeed = 0x0a;
const space = 0x20;

const partOfNumber = new Uint8Array(256);
for (const char of '0123456789+-.eE') partOfNumber[char.charCodeAt(0)] = 1;

class Pass {
  readonly #bytes: Uint8Array;
  readonly #limits: FormatLimits;
  readonly #byLine: boolean;
  /** Whether the body is an array of events, which are one level deeper then. */
  readonly #inArray: boolean;
  /** Of what is open, by depth: keys so far, commas so far, and where the last key begins (-1 in arrays). */
  readonly #keys: Int32Array;
  readonly #commas: Int32Array;
  readonly #keyAt: Int32Array;
  #depth = 0;
  #events = 0;
  #line = 1;
  #lastText = -1;

  constructor(bytes: Uint8Array, format: BodyFormat, limits: FormatLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
    this.#byLine = format === 'ndjson';
    let at = bytes[0] === 0xef ? 3 : 0;
    while (at < bytes.length && bytes[at]! <= space) at++;
    this.#inArray = !this.#byLine && bytes[at] === openBracket;
    const levels = limits.maxDepth + 3;
    this.#keys = new Int32Array(levels);
    this.#commas = new Int32Array(levels);
    this.#keyAt = new Int32Array(levels);
  }

  run(): Problem | undefined {
    const bytes = this.#bytes;
    let problem: Problem | undefined;
    let lineIsBlank = true;
    for (let at = 0; at < bytes.length && problem === undefined; at++) {
      const byte = bytes[at]!;
      if (byte <= space) {
        if (byte !== lineFeed || !this.#byLine) continue;
        // Each line begins anew, whatever the one before it was.
        this.#line++;
        this.#depth = 0;
        lineIsBlank = true;
        continue;
      }
      if (lineIsBlank && this.#byLine) problem = this.#countEvent();
      lineIsBlank = false;
      if (byte === quote) {
        this.#lastText = at;
        at = this.#endOfText(at);
      } else if (byte === openBrace || byte === openBracket) problem ??= this.#open(byte === openBrace);
      else if (byte === closeBrace || byte === closeBracket) this.#depth = Math.max(0, this.#depth - 1);
      else if (byte === colon) problem ??= this.#countKey();
      else if (byte === comma) problem ??= this.#countComma();
      else if (partOfNumber[byte] === 1) {
        const start = at;
        while (partOfNumber[bytes[at + 1] ?? 0] === 1) at++;
        if (at - start >= maxNumberLength) problem ??= this.#numberTooLong(at + 1 - start);
      }
    }
    return problem;
  }

  /** Of a text that does not end, in NDJSON, the end of the line. */
  #endOfText(from: number): number {
    const bytes = this.#bytes;
    for (let at = from + 1; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === quote) return at;
      if (byte === backslash) at++;
      else if (byte === lineFeed && this.#byLine) return at - 1;
    }
    return bytes.length;
  }

  #open(isObject: boolean): Problem | undefined {
    const depth = ++this.#depth;
    const level = depth - (this.#inArray ? 1 : 0);
    if (level > this.#limits.maxDepth) return this.#refusal('too_deep', 'the event is nested too deeply');
    this.#keys[depth] = 0;
    this.#commas[depth] = 0;
    this.#keyAt[depth] = isObject ? 0 : -1;
    // The first element; commas count the others.
    return this.#inArray && level === 1 && this.#events === 0 ? this.#countEvent() : undefined;
  }

  #countKey(): Problem | undefined {
    const depth = this.#depth;
    this.#keyAt[depth] = Math.max(0, this.#lastText);
    return ++this.#keys[depth]! > maxKeysOfObject
      ? this.#refusal(
          'too_many_keys',
          `the object at ${this.#place(depth)} has more than ${maxKeysOfObject} keys`,
        )
      : undefined;
  }

  #countComma(): Problem | undefined {
    this.#commas[this.#depth]!++;
    return this.#inArray && this.#depth === 1 ? this.#countEvent() : undefined;
  }

  #countEvent(): Problem | undefined {
    if (++this.#events <= this.#limits.maxEvents) return undefined;
    return {
      status: 413,
      code: 'too_many_events',
      title: 'Too many events in one request',
      detail: `More than ${this.#limits.maxEvents} events; no more are taken at once. Split the request.`,
    };
  }

  #numberTooLong(length: number): Problem {
    return this.#refusal(
      'number_too_long',
      `the number at ${this.#place(this.#depth + 1)} has ${length} characters; at most ${maxNumberLength} are taken`,
    );
  }

  /** The JSON Pointer, within its event, of what is open above `depth`. */
  #place(depth: number): string {
    const segments: string[] = [];
    for (let level = this.#inArray ? 2 : 1; level < depth && segments.length < 16; level++)
      segments.push(this.#keyAt[level] === -1 ? `${this.#commas[level]}` : this.#key(this.#keyAt[level]!));
    return segments.length === 0 ? 'the top' : pointerOf(segments);
  }

  #key(from: number): string {
    const text = Buffer.from(
      this.#bytes.subarray(from, this.#endOfText(from) + 1).subarray(0, 1000),
    ).toString();
    try {
      return (JSON.parse(text) as string).slice(0, 64);
    } catch {
      return '…';
    }
  }

  #refusal(code: string, detail: string): Problem {
    const refusal = { status: 422, title: 'Not an event', code, detail } as const;
    if (!this.#byLine && !this.#inArray) return refusal;
    const part = this.#byLine ? { line: this.#line } : { index: Math.max(0, this.#events - 1) };
    return {
      ...refusal,
      code: 'events_refused',
      title: 'Some events were refused',
      detail: `One of the ${this.#byLine ? 'lines' : 'elements'} can't be taken; none was. Mend or leave it out and send again.`,
      errors: [{ ...part, detail }],
    };
  }
}
