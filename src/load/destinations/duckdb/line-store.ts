/** Lines of text as bytes, outside of the garbage collector's reach, from the making of a row to its load. */
export class LineStore {
  #current: Chunk = newChunk(leastBytes);
  #spare: Chunk | undefined;

  /** Keeps the line with a line feed behind it; undefined when it is not well-formed, as UTF-8 can't carry it then. */
  add(line: string): Place | undefined {
    if (!line.isWellFormed()) return undefined;
    if (this.#current.used + line.length * mostBytesPerUnit + 1 > this.#current.bytes.length)
      this.#next(line.length * mostBytesPerUnit + 1);
    const chunk = this.#current;
    const start = chunk.used;
    chunk.used += chunk.bytes.write(line, start, 'utf8');
    chunk.bytes[chunk.used++] = lineFeed;
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
  release(places: readonly Place[]): void {
    for (const { chunk } of places) {
      if (--chunk.lines > 0) continue;
      // New memory for each batch would cost the kernel as much as the copy.
      if (chunk === this.#current) chunk.used = 0;
      else this.#spare = chunk;
    }
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
