#!/usr/bin/env node
import { processIo } from './cli/io.ts';
import { runCli } from './cli/program.ts';
import { stopAnyway } from './stop-anyway.ts';

process.exitCode = await runCli(process.argv.slice(2), processIo());
stopAnyway();
