// Loaded into each thread of a service under test (NODE_OPTIONS=--import=…): its clock can jump, and it reports its memory.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';

const { CHAOS_CLOCK: clockFile, CHAOS_MEMORY: memoryFolder } = process.env;

if (clockFile !== undefined) {
  const RealDate = Date;
  let offsetMs = 0;
  const readOffset = () => {
    try {
      offsetMs = Number(readFileSync(clockFile, 'utf8')) || 0;
    } catch {
      // There is no file before the first jump.
    }
  };
  readOffset();
  setInterval(readOffset, 100).unref();
  globalThis.Date = class extends RealDate {
    constructor(...fields) {
      if (fields.length === 0) super(RealDate.now() + offsetMs);
      else super(...fields);
    }
    static now() {
      return RealDate.now() + offsetMs;
    }
    static [Symbol.hasInstance](value) {
      return value instanceof RealDate;
    }
  };
}

if (memoryFolder !== undefined) {
  const write = () => {
    const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
    const handles = process.getActiveResourcesInfo().length;
    const sample = { thread: threadId, rss, heapUsed, external, arrayBuffers, handles };
    writeFileSync(join(memoryFolder, `${process.pid}-${threadId}.json`), JSON.stringify(sample));
  };
  setInterval(write, 2000).unref();
}
