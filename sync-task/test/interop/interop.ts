/**
 * Every server that is here, as source and as target. `--full`: with a file of 100 MB; `--doc`: writes docs/servers.md;
 * `--only NAME`: one of them.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { journey } from './journey.ts';
import { programs } from './programs.ts';
import { type Report, serversDoc } from './servers-doc.ts';

const { values } = parseArgs({
  options: { full: { type: 'boolean' }, doc: { type: 'boolean' }, only: { type: 'string' } },
});
const root = join(import.meta.dirname, '../../..');
const bundle = join(root, 'dist/bin.js');
if (!existsSync(bundle)) throw new Error('build it first: npm run build');
const options = { program: bundle, largeBytes: values.full ? 100_000_000 : 8_000_000 };

const reports: Report[] = [];
let failures = 0;
for (const program of programs) {
  if (values.only !== undefined && !program.name.includes(values.only)) continue;
  if (program.missing !== undefined) {
    console.log(`NOT RUN ${program.name}: needs ${program.missing}`);
    continue;
  }
  const server = await program.start();
  try {
    for (const role of ['SOURCE', 'TARGET'] as const) {
      const startedMs = performance.now();
      const what = `${program.name} as ${role.toLowerCase()}`;
      try {
        const rows = await journey(server, role, options);
        reports.push({ name: program.name, role, rows });
        console.log(`ok      ${what} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
      } catch (error) {
        failures++;
        console.log(`FAILED  ${what}: ${(error as Error).message}`);
      }
    }
  } finally {
    await server.stop();
  }
}
if (values.doc && failures === 0) await writeFile(join(root, 'docs/servers.md'), serversDoc(reports));
console.log(`${reports.length} passed, ${failures} failed`);
process.exitCode = failures > 0 || reports.length === 0 ? 1 : 0;
