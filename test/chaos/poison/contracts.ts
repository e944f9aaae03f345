/** Contracts and steps whose own code goes wrong, one way each, on an event whose `a` is bad. Files of a project. */
const zodContracts = `
import { defineContract, z } from 'data-sentinel';
const make = (name: string, a: z.ZodType) =>
  defineContract({ name, version: '1.0.0', key: 'id', schema: z.object({ id: z.string(), a }) });
const onBad = (act: () => unknown) => z.string().refine((text) => (text === 'bad' ? act() : true));
export const pattern = make('bad-pattern', z.string().regex(/^(a+)+$/));
export const loop = make('bad-loop', onBad(() => { for (;;); }));
export const waits = make('bad-wait', onBad(() => new Promise(() => {})));
export const exits = make('bad-exit', onBad(() => process.exit(3)));
export const throws = make('bad-throw', onBad(() => { throw new Error('a mistake of the author'); }));
export const throwsNothing = make('bad-throw-null', onBad(() => { throw null; }));
export const leaks = make('bad-leak', onBad(() => { const all: unknown[] = []; for (;;) all.push(new Array(1e5).fill(0)); }));
export const date = make('bad-date', z.string().transform((text) => (text === 'bad' ? new Date(text) : text)));
export const infinite = make('bad-number', z.string().transform((text) => (text === 'bad' ? Infinity : 1)));
export const nothing = make('bad-undefined', z.string().transform((text) => (text === 'bad' ? undefined : text)));
export const cyclic = make('bad-cycle', z.string().transform((text) => {
  if (text !== 'bad') return text;
  const self: Record<string, unknown> = {};
  self['self'] = self;
  return self;
}));
export const big = make('bad-size', z.string().transform((text) => (text === 'bad' ? 'x'.repeat(200_000_000) : text)));
export const later = make('bad-later', onBad(() => { void Promise.reject(new Error('nobody waits')); return true; }));
`;

const jsonSchema = (name: string, schema: object): string =>
  JSON.stringify({ 'x-contract': { name, version: '1.0.0', key: 'id' }, ...schema });

/** Below the project's folder `own`, which the config has to name. */
export const poisonedFiles: Record<string, string> = {
  'own/poisoned.ts': zodContracts,
  'own/paths.schema.json': jsonSchema('bad-paths', {
    properties: { id: { type: 'string' }, a: { type: 'string', pattern: '^(a|a)*$' } },
  }),
  'own/format.schema.json': jsonSchema('bad-format', {
    properties: { id: { type: 'string' }, a: { type: 'string', format: 'url' } },
  }),
};
const hostileText = `${'a'.repeat(60)}!`;

export interface Poison {
  kind: string;
  /** Of the event, where it is one. */
  event: (id: string) => Record<string, unknown>;
  /** How it may end. */
  ends: readonly ('dead_letter' | 'loaded')[];
  /** Its contract's code never ends, so that the service waits for it for a while. */
  isSlow: boolean;
}

const ofContract = (
  name: string,
  a: unknown,
  isSlow = false,
  ends: Poison['ends'] = ['dead_letter'],
): Poison => ({
  kind: name,
  event: (id) => ({ type: name, id, a }),
  ends,
  isSlow,
});

export const poisons: readonly Poison[] = [
  ofContract('bad-pattern', hostileText, true),
  ofContract('bad-paths', hostileText, true),
  ofContract('bad-loop', 'bad', true),
  ofContract('bad-leak', 'bad', true),
  ofContract('bad-wait', 'bad'),
  ofContract('bad-exit', 'bad'),
  ofContract('bad-throw', 'bad'),
  ofContract('bad-throw-null', 'bad'),
  ofContract('bad-date', 'bad'),
  ofContract('bad-number', 'bad'),
  ofContract('bad-undefined', 'bad'),
  ofContract('bad-cycle', 'bad'),
  ofContract('bad-size', 'bad'),
  ofContract('bad-later', 'bad', false, ['loaded', 'dead_letter']),
];
