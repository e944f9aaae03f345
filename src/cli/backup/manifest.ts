import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { messageOf } from '../../model/errors.ts';
import { CliError } from '../io.ts';

/** What is in a backup. Written last, so a folder without it is none. */
const schema = z.object({
  format: z.literal(1),
  /** ISO 8601; what was accepted later is not in it. */
  made_at: z.iso.datetime(),
  queue_id: z.string().min(1),
  /** Type of the main destination. */
  destination: z.string(),
  files: z.array(
    z.object({ path: z.string(), bytes: z.number(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});
export type Manifest = z.infer<typeof schema>;

export const queueFile = 'queue.mdb';
export const databaseFile = 'warehouse.duckdb';
export const projectFolder = 'project';
const manifestFile = 'manifest.json';

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Of all files of the folder. */
export async function writeManifest(
  folder: string,
  facts: Omit<Manifest, 'format' | 'files'>,
): Promise<Manifest> {
  const files: Manifest['files'] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const { size } = await stat(path);
    files.push({
      path: relative(folder, path).replaceAll('\\', '/'),
      bytes: size,
      sha256: await sha256Of(path),
    });
  }
  const manifest: Manifest = { format: 1, ...facts, files };
  const handle = await open(join(folder, manifestFile), 'wx', 0o600);
  await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
  await handle.sync();
  await handle.close();
  return manifest;
}

/** Throws a `CliError` unless the backup is whole and each of its files is as it was written. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, manifestFile), 'utf8').catch((error: unknown) => {
    throw new CliError(
      `${folder} is no whole backup: its ${manifestFile} can't be read (${messageOf(error)})`,
    );
  });
  let manifest: Manifest;
  try {
    manifest = schema.parse(JSON.parse(text));
  } catch {
    throw new CliError(`${join(folder, manifestFile)} is not what sentinel backup writes`);
  }
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = join(folder, path);
    const size = await stat(file).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === undefined) throw new CliError(`the backup lacks ${path}`);
    if (size !== bytes || (await sha256Of(file)) !== sha256)
      throw new CliError(`${path} of the backup is damaged: it is not what its manifest says`);
  }
  return manifest;
}
