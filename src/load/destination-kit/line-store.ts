/** Lines of text as bytes, outside of the garbage collector's reach, from the making of a row to its load. */
export class LineStore {
  #current: Chunk = newChunk(leastBytes);
  #spare: Chunk | undefined;

  /**
   * Keeps `head`, `body` and `tail` as one line; undefined when it is not well-formed, as UTF-8 can't carry it then.
   * `isAscii`: of the body, whose bytes are copied then. In three parts, as to join them would be a copy more.
   */
  add(head: string, body = '', isAscii = true, tail = ''): Place | undefined {
    if (!head.isWellFormed() || !(isAscii || body.isWellFormed())) return undefined;
    const most = (head.length + body.length) * mostBytesPerUnit + tail.length + 1;
    if (this.#current.used + most > this.#current.bytes.length) this.#next(most);
    const chunk = this.#current;
    const { bytes } = chunk;
    const start = chunk.used;
    let at = start + bytes.write(head, start, 'utf8');
    if (body !== '') at += bytes.write(body, at, isAscii ? 'latin1' : 'utf8');
    for (let i = 0; i < tail.length; i++) bytes[at++] = tail.charCodeAt(i);
    bytes[at++] = lineFeed;
    chunk.used = at;
    chunk.lines++;
    return { chunk, start, end: chunk.used };
  }

  /** The bytes of these lines, in their order, in as few pieces as they lie in. Valid until `release`. */
  bytesOf(places: readonly Place[]): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let [chunk, from, to]: [Chunk | undefined, number, number] = [undefined, 0, 0];
    for (const place of places) {
      if (place.chunk === chunk && place.start === to) {
        to = place.end;
        continue;
      }
      if (chunk !== undefined) pieces.push(chunk.bytes.subarray(from, to));
      ({ chunk, start: from, end: to } = place);
    }
    if (chunk !== undefined) pieces.push(chunk.bytes.subarray(from, to));
    return pieces;
  }

  /** Lets the memory be used again. Lines that are never released are left to the collector, with their chunk. */
  releaseAll(places: readonly Place[]): void {
    for (const place of places) this.release(place);
  }

  release({ chunk }: Place): void {
    if (--chunk.lines > 0) return;
    // New memory for each batch would cost the kernel as much as the copy.
    if (chunk === this.#current) chunk.used = 0;
    else this.#spare = chunk;
  }

  #next(atLeast: number): void {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined && atLeast <= spare.bytes.length) {
      spare.used = 0;
      this.#current = spare;
    } else this.#current = newChunk(Math.max(atLeast, Math.min(mostBytes, this.#current.bytes.length * 4)));
  }
}

/** Where a line lies. */
export interface Place {
  chunk: Chunk;
  start: number;
  end: number;
}

interface Chunk {
  bytes: Buffer;
  used: number;
  /** How many of its lines are not released. */
  lines: number;
}

/** A table that gets few events at a time needs little; ten thousand small ones take about four megabytes. */
const leastBytes = 64 * 1024;
const mostBytes = 4 * 2 ** 20;
/** Of UTF-8, for a UTF-16 unit. */
const mostBytesPerUnit = 3;
const lineFeed = 0x0a;

const newChunk = (bytes: number): Chunk => ({ bytes: Buffer.allocUnsafeSlow(bytes), used: 0, lines: 0 });
