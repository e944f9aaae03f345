#!/usr/bin/env node
import { processIo } from './cli/io.ts';
import { runCli } from './cli/program.ts';
import { stopAnyway } from './support/stop-anyway.ts';

const io = processIo();
process.exitCode = await runCli(process.argv.slice(2), io);
// A slow reader gets all of it first.
io.stdout.write('', () => io.stderr.write('', stopAnyway));
