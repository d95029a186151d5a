/**
 * Writes `docs/performance.md` from the stored result, and nothing into it that was not measured.
 *
 * usage: node bench/write-performance-doc.ts [RESULTS.json [DOC.md]]
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performanceDoc } from './performance-doc.ts';
import { readResults } from './results.ts';

const [
  results = join(import.meta.dirname, 'results/latest.json'),
  doc = join(import.meta.dirname, '../docs/performance.md'),
] = process.argv.slice(2);
writeFileSync(doc, performanceDoc(readResults(results)));
console.log(`wrote ${doc}`);
