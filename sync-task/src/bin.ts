#!/usr/bin/env -S node --max-semi-space-size=2 --heap-growing-percent=80
/**
 * The entry. Little room for young objects and collections before the heap has doubled (in the first line) keep memory down,
 * at no cost that could be measured (docs/decisions/0006). The compile cache is on, so that a short-lived container does not
 * compile the same code again.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { main } = await import('./cli/main.ts');
await main(process.argv.slice(2), process.env);
