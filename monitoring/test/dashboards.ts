/** What the dashboards ask Prometheus for. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../grafana/dashboards');

export interface Asked {
  readonly dashboard: string;
  readonly title: string;
  readonly expr: string;
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** Every query of every panel and variable, for all pipelines. */
export async function dashboardQueries(): Promise<readonly Asked[]> {
  const asked = [];
  for (const dashboard of (await readdir(folder)).sort()) asked.push(...(await queriesOf(dashboard)));
  return asked;
}

async function queriesOf(dashboard: string): Promise<readonly Asked[]> {
  const { panels, templating } = JSON.parse(await readFile(join(folder, dashboard), 'utf8'));
  const asked = (panels as readonly Panel[]).flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ dashboard, title, expr: expr.replaceAll('$pipeline', '.*') })),
  );
  // `label_values(METRIC, LABEL)` is Grafana's own: asked as the metric, which must have the label.
  const variables = (
    templating.list as readonly { readonly name: string; readonly query: { readonly query: string } }[]
  ).map(({ name, query }) => {
    const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(query.query) ?? [];
    return { dashboard, title: `variable ${name}`, expr: `${metric}{${label}!=""}` };
  });
  return [...asked, ...variables];
}

/** Airflow's own metrics are there only where an Airflow is. */
export const isOfAirflow = ({ expr }: Asked): boolean => expr.includes('airflow');
