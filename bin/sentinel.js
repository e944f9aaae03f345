#!/usr/bin/env node
// Stands apart from the build, so that the command exists in a fresh clone too.
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli.js', import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  console.error('sentinel is not built yet: run "npm run build" (or "npm start") in its folder first.');
  process.exitCode = 1;
}
