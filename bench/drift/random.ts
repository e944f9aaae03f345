import { createHash } from 'node:crypto';

/** A seeded source of choices: the same seed makes the same choices on every machine. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number, both ends included. */
  integer(from: number, to: number): number;
  chance(probability: number): boolean;
  /** Throws on an empty list. */
  pick<T>(items: readonly T[]): T;
  shuffled<T>(items: readonly T[]): T[];
  hex(digits: number): string;
}

/** Streams of different labels are independent, so that one case does not depend on how many came before it. */
export function seededRandom(...labels: (string | number)[]): Random {
  const digest = createHash('sha256').update(labels.join('\n')).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => digest.readInt32LE(at)) as [number, number, number, number];

  // sfc32: small, fast, and passes the usual batteries.
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 4294967296;
  };
  const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));

  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new Error('there is nothing to choose from');
      return items[integer(0, items.length - 1)]!;
    },
    shuffled<T>(items: readonly T[]): T[] {
      const result = [...items];
      for (let at = result.length - 1; at > 0; at--) {
        const other = integer(0, at);
        [result[at], result[other]] = [result[other]!, result[at]!];
      }
      return result;
    },
    hex: (digits) => Array.from({ length: digits }, () => integer(0, 15).toString(16)).join(''),
  };
}

export function uuidOf(random: Random): string {
  const variant = '89ab'[random.integer(0, 3)]!;
  return `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-${variant}${random.hex(3)}-${random.hex(12)}`;
}
