import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadContracts } from '../../src/contracts/discover.ts';
import type { ContractProblem } from '../../src/contracts/problems.ts';
import { measureWork } from '../helpers/work.ts';

/** What is wrong stands alone on a line, with a mark at its end. */
const mark = /«(.*)»/;

/** A contract with one fault: in its header, or in place of the field `a`. */
const file = ({ header = '', a = '"type": "integer"', top = '' }): string => `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "x-contract": {
    "name": "order",
    ${header}
    "key": "id"
  },
  ${top}
  "required": ["id"],
  "properties": {
    "id": { "type": "string" },
    "a": {
      ${a}
    }
  }
}`;
const version = '"version": "1.0.0",';

describe('what is wrong with a JSON Schema file is told with its line and what to do', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sentinel-lines-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function told(text: string): Promise<ContractProblem[]> {
    await writeFile(join(folder, 'order.schema.json'), text.replace(mark, '$1'));
    const problems: ContractProblem[] = [];
    const take = (problem: ContractProblem) => problems.push(problem);
    await loadContracts([folder], { strict: false, onProblem: take, onWarning: take });
    return problems;
  }

  it.each<[string, RegExp]>([
    [file({ header: `${version}«,»` }), /not JSON/],
    [file({ header: '«"version": "one",»' }), /`version` must be major\.minor\.patch, like "1\.0\.0"/],
    [file({ header: `${version}\n«"colour": "red",»` }), /`x-contract\.colour` is not one of .*: remove it/],
    [
      file({ header: `${version}\n«"on_repeat": "last",»` }),
      /`on_repeat` must be one of keep, replace, history/,
    ],
    [
      file({ header: `${version}\n«"order_by": "a",»` }),
      /`order_by` is for `on_repeat: "replace"` only: add that/,
    ],
    [file({ header: `${version}\n«"pii": ["/b"],»` }), /`pii` names \/b, .*: correct it, or declare it/],
    [
      file({ header: `${version}\n"columns": {\n«"/b": "c"» },` }),
      /maps \/b, .*: declare it, or take it out/,
    ],
    [
      file({ header: `${version}\n"upgrade": {\n«"from": "9.0.0",»\n"operations": [] },` }),
      /`upgrade\.from` must be a version before 1\.0\.0/,
    ],
    [
      file({
        header: `${version}\n"upgrade": {\n«"from": "0.9.0",»\n"operations": [{ "op": "trim", "path": "/id" }] },`,
      }),
      /`upgrade\.from` is version 0\.9\.0, which is not there: add that version, correct it, or remove `upgrade`/,
    ],
    [
      file({ header: version, a: '«"type": "strng"»' }),
      /\/properties\/a\/type must be one of array, .*correct it/,
    ],
    [
      file({ header: version, a: '"type": "integer",\n«"minimum": "5"»' }),
      /\/minimum must be number: correct it/,
    ],
    [file({ header: version, a: '«"$ref": "#/$defs/b"»' }), /`\$ref` #\/\$defs\/b leads nowhere: correct it/],
    [
      file({ header: version, a: '«"$ref": "./b.json"»' }),
      /\.\/b\.json names no file: .*put the file beside/,
    ],
    [
      file({ header: version, a: '«"$ref": "https://example.com/b"»' }),
      /https:\/\/example\.com\/b leads nowhere: nothing is fetched from the network: put the file beside/,
    ],
    [
      file({ header: version, top: '«"type": "string",»' }),
      /\/type is "string", but events are objects: set "type"/,
    ],
    [file({ header: version, a: '"type": "integer" },\n«"ID": {»' }), /give \/ID another column/],
    [file({ header: version, a: '"type": "integer" },\n«"_source": {»' }), /declares _source, .*rename it/],
  ])('%#', async (text, message) => {
    const line = text.split('\n').findIndex((each) => mark.test(each)) + 1;
    expect(await told(text)).toEqual([
      expect.objectContaining({
        file: join(folder, 'order.schema.json'),
        line,
        message: expect.stringMatching(message),
      }),
    ]);
  });

  it('looks for a line in time, whatever the message and the file', async () => {
    const fields = Array.from({ length: 20_000 }, (_, at) => `"${'/'.repeat(20)}f${at}": {}`).join(',\n');
    const worked = measureWork();
    const [problem] = await told(file({ header: version, a: `"type": "${'x/'.repeat(1000)}", ${fields}` }));
    expect(problem!.message).toContain('must be one of');
    expect(worked()).toBeLessThan(5000);
  });
});
