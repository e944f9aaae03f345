import { readFile, writeFile } from 'node:fs/promises';
import { withReference } from './api-reference.ts';

// Writes the part of docs/api.md that is made from the API's table.
const file = new URL('../docs/api.md', import.meta.url);
await writeFile(file, await withReference(await readFile(file, 'utf8')));
