import { access } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The path itself, or the nearest folder above it that is there. */
export async function nearestExisting(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch (error) {
    const parent = dirname(path);
    if (parent === path) throw error;
    return nearestExisting(parent);
  }
}
