/**
 * Writes `docs/performance.md` from the stored results, and the paper simulation of `bench/scale.md`.
 *
 * usage: node bench/write-performance-doc.ts [RESULTS.json [DOC.md]]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performanceDoc } from './performance-doc.ts';
import type { PlanResult } from './plan-results.ts';
import { readResults } from './results.ts';

const [
  results = join(import.meta.dirname, 'results/latest.json'),
  doc = join(import.meta.dirname, '../docs/performance.md'),
] = process.argv.slice(2);
const planned = join(import.meta.dirname, 'results/plan.json');
const plan = existsSync(planned) ? (JSON.parse(readFileSync(planned, 'utf8')) as PlanResult) : undefined;
const scale = readFileSync(join(import.meta.dirname, 'scale.md'), 'utf8');
writeFileSync(doc, performanceDoc(readResults(results), { plan, scale }));
console.log(`wrote ${doc}`);
