#!/usr/bin/env -S node --max-semi-space-size=2
/**
 * The entry. Little room for young objects (in the first line) keeps memory down, at no cost that could be measured. The
 * compile cache is on, so that a short-lived container does not compile the same code again.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { main } = await import('./cli/main.ts');
await main(process.argv.slice(2), process.env);
