/**
 * Writes `docs/performance.md` from the stored results, the requests of `bench/requests.md` and the paper simulation of `bench/scale.md`.
 *
 * usage: node bench/write-performance-doc.ts [RESULTS.json [DOC.md]]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OrderResult } from './order-results.ts';
import { performanceDoc } from './performance-doc.ts';
import type { PlanResult } from './plan-results.ts';
import { readResults } from './results.ts';
import type { TransformResult } from './transform-results.ts';

const [
  results = join(import.meta.dirname, 'results/latest.json'),
  doc = join(import.meta.dirname, '../docs/performance.md'),
] = process.argv.slice(2);
const plan = stored<PlanResult>('plan.json');
const order = stored<OrderResult>('order.json');
const transforms = stored<TransformResult>('transforms.json');
const [scale = '', requests = ''] = ['scale.md', 'requests.md'].map((name) =>
  readFileSync(join(import.meta.dirname, name), 'utf8'),
);
writeFileSync(doc, performanceDoc(readResults(results), { plan, order, transforms, scale, requests }));
console.log(`wrote ${doc}`);

function stored<Result>(name: string): Result | undefined {
  const file = join(import.meta.dirname, 'results', name);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
