/** The profile `monitoring` beside the stack: what its dashboards ask for is there after real runs, and no rule is broken. */
import { dashboardQueries } from '../../../monitoring/test/dashboards.ts';
import { expect, expectEqual, until } from '../shell.ts';
import { prometheusUrl, pushgatewayUrl } from '../stack.ts';
import { folder, sync } from './standalone.ts';

export async function monitoring(): Promise<string> {
  await refusedPlan();
  const queries = await dashboardQueries();
  const silent = () => Promise.all(queries.map(async (asked) => ((await found(asked.expr)) ? [] : [asked])));
  const left = await until('Prometheus to have seen it', 90_000, 3000, async () => {
    const list = (await silent()).flat();
    return list.length === 0 ? list : undefined;
  }).catch(async () => (await silent()).flat());
  expectEqual(
    left.map(({ dashboard, title, expr }) => `${dashboard}, ${title}: ${expr}`),
    [],
    'queries without an answer',
  );
  const { groups } = (await ask('rules')) as { groups: { rules: { name: string; health: string }[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  expectEqual(
    rules.filter((rule) => rule.health !== 'ok').map((rule) => rule.name),
    [],
    'rules that do not work',
  );
  return `${queries.length} queries of the dashboards have an answer, ${rules.length} rules are well`;
}

/** Airflow's runs have met no gate. */
async function refusedPlan(): Promise<void> {
  const mounts = [`${folder('from')}:/source:ro`, `${folder('gated')}:/target`].flatMap((each) => ['--volume', each]);
  const ended = await sync(
    [...mounts, '--network', process.env['SYNC_TASK_NETWORK'] ?? ''],
    ...['--source', 'file:///source', '--target', 'file:///target', '--state', 'sqlite:////tmp/state.db'],
    ...['--pipeline', 'gated', '--gate', 'few-files=fail:100000', '--metrics-url', pushgatewayUrl],
  );
  expectEqual([ended.code, ended.result.status], [65, 'refused'], `exit code and status\n${ended.stderr}`);
  expect(!ended.stderr.includes('could not be pushed'), ended.stderr);
}

async function found(expr: string): Promise<boolean> {
  const { result } = (await ask(`query?query=${encodeURIComponent(expr)}`)) as { result: unknown[] };
  return result.length > 0;
}

async function ask(path: string): Promise<unknown> {
  const response = await fetch(`${prometheusUrl}/api/v1/${path}`);
  const answer = (await response.json()) as { status: string; error?: string; data: unknown };
  expect(answer.status === 'success', `${path}: ${answer.error}`);
  return answer.data;
}
