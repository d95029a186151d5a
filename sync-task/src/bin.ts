#!/usr/bin/env -S node --max-semi-space-size=2 --heap-growing-percent=80
/**
 * The entry. Little room for young objects and collections before the heap has doubled (in the first line) keep memory down,
 * at no cost that could be measured (docs/decisions/0006). The compile cache is on, so that a short-lived container does not
 * compile the same code again. An old Node must be able to read this file, to be told that it is one: nothing else is imported before.
 */
import module from 'node:module';

const OLDEST_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(
    `sync-task needs Node ${OLDEST_NODE} or newer, and this is ${process.versions.node}: install one (https://nodejs.org), or use the image\n`,
  );
  process.exitCode = 64;
} else {
  module.enableCompileCache();
  const { main } = await import('./cli/main.ts');
  await main(process.argv.slice(2), process.env);
}
