import { gzipSync } from 'node:zlib';
import { transaction } from '../../helpers/sentinel.ts';

/** A request whose bytes are hostile. It is refused with 4xx, or its event ends like any other. */
export interface HostileBody {
  kind: string;
  body: () => string | Buffer;
  headers?: Record<string, string>;
}

const kB = 1000;
const spelled = (change: string): string => JSON.stringify(transaction()).replace('99.99', change);
const nested = (depth: number): string => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
const gzip = { 'content-encoding': 'gzip' };

export const hostileBodies: readonly HostileBody[] = [
  { kind: 'a number of zeros', body: () => spelled(`0.1${'0'.repeat(60 * kB)}1`) },
  { kind: 'a number of nines', body: () => spelled('9'.repeat(60 * kB)) },
  { kind: 'a number beyond a float', body: () => spelled('1e400') },
  { kind: 'a number in 300 digits', body: () => spelled(`1.${'3'.repeat(300)}`) },
  { kind: 'depth', body: () => nested(100 * kB) },
  { kind: 'depth within the limit', body: () => `{"type":"bad-format","id":"x","a":${nested(60)}}` },
  { kind: 'keys', body: () => `{${Array.from({ length: 30 * kB }, (_, at) => `"k${at}":1`).join(',')}}` },
  {
    kind: 'undeclared keys within the limit',
    body: () =>
      JSON.stringify({
        ...transaction({ amount: 'x' }),
        ...Object.fromEntries(Array.from({ length: 5 * kB }, (_, at) => [`k${at}`, at])),
      }),
  },
  { kind: 'objects without end', body: () => `[${'{},'.repeat(40 * kB)}{}]` },
  { kind: 'a bomb', body: () => gzipSync(' '.repeat(20_000 * kB)), headers: gzip },
  { kind: 'a bomb in a bomb', body: () => gzipSync(gzipSync('1'.repeat(20_000 * kB))), headers: gzip },
  { kind: 'no gzip', body: () => 'no gzip', headers: gzip },
  { kind: 'the same key twice', body: () => '{"event_id":"a","event_id":"b"}' },
  { kind: '__proto__', body: () => '{"__proto__":{"amount":1},"amount":2}' },
  { kind: 'NUL in a text', body: () => JSON.stringify(transaction({ description: 'a\0b' })) },
  { kind: 'NUL in an undeclared name', body: () => JSON.stringify(transaction({ 'a\0b': 1 })) },
  { kind: 'half of a pair of surrogates', body: () => spelled('99.99,"description":"\\ud800"') },
  { kind: 'half of a pair in a name', body: () => spelled('99.99,"\\udc00":1') },
  { kind: 'bytes that are no UTF-8', body: () => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) },
  { kind: 'a byte order mark', body: () => `\ufeff${JSON.stringify(transaction())}` },
  { kind: 'a long key', body: () => JSON.stringify({ ...transaction(), event_id: 'k'.repeat(50 * kB) }) },
  { kind: 'a long source', body: () => JSON.stringify(transaction({ source: 's'.repeat(50 * kB) })) },
  { kind: 'a type of a prototype', body: () => JSON.stringify(transaction({ type: 'constructor' })) },
  { kind: 'a version that is a loop', body: () => JSON.stringify(transaction({ version: '9'.repeat(kB) })) },
  {
    kind: 'addresses for a slow format',
    body: () => JSON.stringify({ type: 'bad-format', id: 'x', a: `http://${'a.'.repeat(20 * kB)}` }),
  },
];
