#!/usr/bin/env -S node --max-semi-space-size=2 --heap-growing-percent=80
/**
 * The entry. The V8 flags in the first line keep memory down at no measurable cost (docs/decisions/0006): a small young
 * generation, and a collection before the heap has doubled. The compile cache spares a short-lived container from compiling the
 * same code again. An old Node must be able to parse this file, so that it can print the message below: import nothing above it.
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
