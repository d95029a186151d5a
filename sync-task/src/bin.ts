#!/usr/bin/env node
/** The entry: turns Node's compile cache on, so that a short-lived container does not compile the same code again. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { main } = await import('./cli/main.ts');
await main(process.argv.slice(2), process.env);
