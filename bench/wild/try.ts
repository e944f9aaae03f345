import { dirname } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import draft04 from 'ajv-draft-04';
import formats from 'ajv-formats';
import { contractFromJsonSchema } from '../../src/contracts/index.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { Wild } from './sources.ts';

export interface Tried {
  wild: Wild;
  /** Why it is no contract; undefined when it is one. */
  refused?: string;
  payloads: number;
  /** Payloads of which the contract and the plain validator say different things. */
  differ: string[];
}

/** Reads a schema as it is, as a contract, and judges its payloads by it and by Ajv without anything of ours. */
export function tryOut(wild: Wild): Tried {
  const { schema, file, payloads } = wild;
  const header = { 'x-contract': { name: 'wild', version: '1.0.0' } };
  const place = file === undefined ? {} : { place: { file, folder: dirname(file) } };
  try {
    const contract = contractFromJsonSchema({ ...schema, ...header }, place);
    const plain = file === undefined ? plainCheck(schema) : undefined;
    const differ = payloads.flatMap((payload) => {
      const ours = contract.validate(payload);
      const theirs = plain?.(payload) ?? true;
      return ours.ok === theirs ? [] : [ours.ok ? 'accepted' : (ours.violations[0]?.message ?? '')];
    });
    return { wild, payloads: payloads.length, differ };
  } catch (error) {
    return { wild, refused: (error as Error).message, payloads: payloads.length, differ: [] };
  }
}

function plainCheck(schema: JsonObject): ((payload: Json) => boolean) | undefined {
  const { $schema, ...body } = schema;
  const named = typeof $schema === 'string' ? $schema : '';
  const options = { strict: false, logger: false as const, validateSchema: false };
  const ajv = /draft-04|oas\/3\.0/.test(named)
    ? new draft04.default(options)
    : /draft-0[67]/.test(named)
      ? new Ajv(options)
      : new Ajv2020(options);
  formats.default(ajv);
  try {
    return ajv.compile(body) as (payload: Json) => boolean;
  } catch {
    return undefined;
  }
}
