import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { contractFromJsonSchema } from '../contracts/json-schema/compile.ts';
import { Inference, eventTextOf } from '../contracts/infer/index.ts';
import { parseExact } from '../model/exact-json.ts';
import { isObject, type Json, type JsonObject } from '../model/json.ts';
import { openEvents } from './event-source.ts';
import { CliError, print, say, type Io } from './io.ts';

interface InferCommand {
  name?: string;
  key?: string;
  out?: string;
}

export function registerInfer(contracts: Command, io: Io): void {
  contracts
    .command('infer')
    .description(
      'Make a contract of sample events: JSON, NDJSON, or exported dead letters. The counts behind each choice are comments.',
    )
    .argument('<file>', 'JSON or NDJSON; - is standard input')
    .option('--name <name>', 'name of the contract (default: as the file)')
    .option('--key <field>', 'field or JSON Pointer that tells events apart (default: found by uniqueness)')
    .option('--out <file>', 'write to this file, NAME.schema.json (default: standard output)')
    .action((file: string, options: InferCommand) => infer(io, file, options));
}

async function infer(io: Io, file: string, { name = nameOf(file), key, out }: InferCommand): Promise<void> {
  const inference = new Inference();
  const { unit, events } = await openEvents(io, file);
  for await (const { number, text } of events) inference.add(readSample(text, `${unit} ${number}`));
  if (inference.events === 0)
    throw new CliError(
      file === '-'
        ? 'there are no events on standard input (dead-letters export writes open letters; --status asks for others)'
        : `there are no events in ${file}`,
    );
  const { schema, notes } = inference.result({ name, key });
  checked(schema);
  await writeSchema(io, schema, out);
  for (const note of notes) say(io, `note: ${note}`);
}

/** Throws what is wrong with a name or a key that was given. */
function checked(schema: JsonObject): void {
  try {
    contractFromJsonSchema(schema);
  } catch (error) {
    throw new CliError((error as Error).message, 2);
  }
}

/** Prints a schema, or writes it to a file that is not there yet. */
export async function writeSchema(io: Io, schema: JsonObject, out: string | undefined): Promise<void> {
  const text = JSON.stringify(schema, null, 2);
  if (out === undefined) return print(io, text);
  const path = resolve(io.cwd, out);
  if (!path.endsWith('.schema.json'))
    throw new CliError(`${out}: contracts are read from files called *.schema.json`, 2);
  if (existsSync(path)) throw new CliError(`${out} exists; choose another name, or remove it`);
  await writeFile(path, `${text}\n`);
  say(io, `wrote ${out}`);
}

function readSample(text: string, where: string): JsonObject {
  const read = readJson(text, where);
  const letter = eventTextOf(read);
  return letter === undefined ? read : readJson(letter, where);
}

function readJson(text: string, where: string): JsonObject {
  let value: Json;
  try {
    value = parseExact(text);
  } catch {
    throw new CliError(`${where} is not JSON`);
  }
  if (!isObject(value)) throw new CliError(`${where} is no JSON object`);
  return value;
}

/** `stripe-events.ndjson` → `stripe_events`. */
export function nameOf(file: string): string {
  const name = basename(file)
    .replace(/\..*$/, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replace(/^[^A-Za-z]+|_$/g, '');
  return name === '' ? 'event' : name.toLowerCase();
}
