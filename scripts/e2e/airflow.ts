/** Airflow through its public REST API, as a user's script would use it. */
import { until } from './shell.ts';
import { airflowUrl } from './stack.ts';

const DAG = 'sftp_sync';

export interface TaskInstance {
  readonly task_id: string;
  readonly map_index: number;
  readonly state: string | null;
  readonly try_number: number;
  readonly rendered_map_index: string | null;
}

/** What a sync-task command counted, from XCom. */
export interface Counts {
  readonly status: string;
  readonly files: Readonly<Record<string, number>>;
  readonly bytes: { readonly read: number; readonly written: number };
}

let token: string | undefined;

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  token ??= await logIn();
  const response = await fetch(`${airflowUrl}/api/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}

async function logIn(): Promise<string> {
  const response = await fetch(`${airflowUrl}/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'airflow', password: 'airflow' }),
  });
  if (!response.ok) throw new Error(`logging in: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { access_token: string }).access_token;
}

const ofRun = (run: string) => `/dags/${DAG}/dagRuns/${encodeURIComponent(run)}`;

export async function trigger(run: string, conf: Record<string, unknown> = {}): Promise<void> {
  await call('POST', `/dags/${DAG}/dagRuns`, { dag_run_id: run, logical_date: null, conf });
}

/** The state in which it ended: `success` or `failed`. */
export function ended(run: string): Promise<string> {
  return until(`the run ${run} to end`, 300_000, 1000, async () => {
    const { state } = await call<{ state: string }>('GET', ofRun(run));
    return state === 'success' || state === 'failed' ? state : undefined;
  });
}

export async function runs(): Promise<string[]> {
  const { dag_runs } = await call<{ dag_runs: { dag_run_id: string }[] }>('GET', `/dags/${DAG}/dagRuns`);
  return dag_runs.map((run) => run.dag_run_id);
}

export async function tasks(run: string): Promise<TaskInstance[]> {
  const { task_instances } = await call<{ task_instances: TaskInstance[] }>('GET', `${ofRun(run)}/taskInstances`);
  return task_instances.sort((a, b) => a.task_id.localeCompare(b.task_id) || a.map_index - b.map_index);
}

/** `{check: 'success', 'run[0]': 'failed', …}`. */
export async function states(run: string): Promise<Record<string, string>> {
  const list = await tasks(run);
  return Object.fromEntries(
    list.map(({ task_id, map_index, state }) => [
      map_index < 0 ? task_id : `${task_id}[${map_index}]`,
      state ?? 'no state',
    ]),
  );
}

export async function counts(run: string, task: string, mapIndex = -1): Promise<Counts> {
  const path = `${ofRun(run)}/taskInstances/${task}/xcomEntries/result?map_index=${mapIndex}`;
  const { value } = await call<{ value: Counts | string }>('GET', path);
  return typeof value === 'string' ? (JSON.parse(value) as Counts) : value;
}

/** Clears one mapped task and what is downstream of it, as the button in the UI does. Returns what was cleared. */
export async function clear(run: string, task: string, mapIndex: number): Promise<string[]> {
  const { task_instances } = await call<{ task_instances: TaskInstance[] }>('POST', `/dags/${DAG}/clearTaskInstances`, {
    dry_run: false,
    dag_run_id: run,
    task_ids: [[task, mapIndex]],
    only_failed: false,
    reset_dag_runs: true,
    include_downstream: true,
  });
  return task_instances.map(({ task_id, map_index }) => (map_index < 0 ? task_id : `${task_id}[${map_index}]`)).sort();
}
