import { dirname } from 'node:path';
import { contractFromJsonSchema } from '../../src/contracts/index.ts';
import { sampleEvent } from '../../src/contracts/sample/sample.ts';
import { type JsonObject, isObject } from '../../src/model/json.ts';
import type { Wild } from './sources.ts';

export interface Tried {
  wild: Wild;
  /** Why it is no contract; undefined when it is one. */
  refused?: string;
  /** Payloads and broken ones made of them, with what the contract says of each. */
  judged: { payload: JsonObject; kind: 'published' | 'sample' | 'broken'; ok: boolean; why: string }[];
}

/** Fields of a payload that are broken, one at a time, to see that both validators refuse the same. */
const mostBroken = 8;

/** Reads a schema as it is, as a contract, and judges its payloads by it. */
export function tryOut(wild: Wild): Tried {
  const { schema, file, payloads } = wild;
  const place = file === undefined ? {} : { place: { file, folder: dirname(file) } };
  try {
    const header = { 'x-contract': { name: 'wild', version: '1.0.0' } };
    const contract = contractFromJsonSchema({ ...schema, ...header }, place);
    const judge = (payload: JsonObject, kind: Tried['judged'][number]['kind']) => {
      const validation = contract.validate(payload);
      const why = validation.ok ? '' : (validation.violations[0]?.message ?? '');
      return { payload, kind, ok: validation.ok, why };
    };
    const published = payloads.map((payload) => judge(payload, 'published'));
    const sample = published.length === 0 ? sampleEvent(contract) : undefined;
    const samples = sample?.ok === true ? [judge(sample.value, 'sample')] : [];
    const broken = [...published, ...samples].slice(0, 1).flatMap(({ payload }) => breakEach(payload));
    return { wild, judged: [...published, ...samples, ...broken.map((one) => judge(one, 'broken'))] };
  } catch (error) {
    return { wild, refused: (error as Error).message, judged: [] };
  }
}

/** Without the field, and with something else in it. */
const breakEach = (payload: JsonObject): JsonObject[] =>
  Object.keys(payload)
    .slice(0, mostBroken)
    .flatMap((name) => {
      const { [name]: value, ...rest } = payload;
      return [rest, { ...rest, [name]: isObject(value) ? 'text' : { odd: true } }];
    });
