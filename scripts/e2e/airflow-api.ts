/** Airflow through its public REST API, as a user's script would use it. */
import { until } from './shell.ts';

const DAG = 'sftp_sync';

export interface AirflowServer {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

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

interface LogLine {
  readonly event: string;
  /** What the UI shows below *Task failed with exception*. */
  readonly error_detail?: readonly { readonly exc_value: string }[];
}

export function airflowApi({ url, user, password }: AirflowServer) {
  let token: string | undefined;

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    token ??= await logIn();
    const response = await fetch(`${url}/api/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async function logIn(): Promise<string> {
    const response = await fetch(`${url}/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: user, password }),
    });
    if (!response.ok) throw new Error(`logging in: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { access_token: string }).access_token;
  }

  const ofRun = (run: string, dag: string) => `/dags/${dag}/dagRuns/${encodeURIComponent(run)}`;

  async function trigger(run: string, conf: Record<string, unknown> = {}, dag = DAG): Promise<void> {
    await call('POST', `/dags/${dag}/dagRuns`, { dag_run_id: run, logical_date: null, conf });
  }

  /** By DAG file: what Airflow shows under *Import Errors*. */
  async function importErrors(): Promise<Record<string, string>> {
    const { import_errors } = await call<{ import_errors: { filename: string; stack_trace: string }[] }>(
      'GET',
      '/importErrors',
    );
    return Object.fromEntries(import_errors.map(({ filename, stack_trace }) => [filename, stack_trace]));
  }

  /** Whether new DAGs wait to be switched on. */
  async function paused(): Promise<Record<string, boolean>> {
    const { dags } = await call<{ dags: { dag_id: string; is_paused: boolean }[] }>('GET', '/dags?limit=100');
    return Object.fromEntries(dags.map(({ dag_id, is_paused }) => [dag_id, is_paused]));
  }

  async function pool(name: string): Promise<number> {
    return (await call<{ slots: number }>('GET', `/pools/${name}`)).slots;
  }

  /** What Admin > Variables would set; undefined takes it away. */
  async function setVariable(key: string, value: unknown): Promise<void> {
    if (value === undefined) await call('DELETE', `/variables/${key}`);
    else await call('POST', '/variables', { key, value: JSON.stringify(value) });
  }

  /** The state in which it ended: `success` or `failed`. */
  function ended(run: string, dag = DAG): Promise<string> {
    return until(`the run ${run} to end`, 600_000, 1000, async () => {
      const { state } = await call<{ state: string }>('GET', ofRun(run, dag));
      return state === 'success' || state === 'failed' ? state : undefined;
    });
  }

  async function runs(dag = DAG): Promise<string[]> {
    const { dag_runs } = await call<{ dag_runs: { dag_run_id: string }[] }>('GET', `/dags/${dag}/dagRuns`);
    return dag_runs.map((run) => run.dag_run_id);
  }

  async function tasks(run: string, dag = DAG): Promise<TaskInstance[]> {
    const { task_instances } = await call<{ task_instances: TaskInstance[] }>(
      'GET',
      `${ofRun(run, dag)}/taskInstances`,
    );
    return task_instances.sort((a, b) => a.task_id.localeCompare(b.task_id) || a.map_index - b.map_index);
  }

  /** `{check: 'success', 'run[0]': 'failed', …}`. */
  async function states(run: string, dag = DAG): Promise<Record<string, string>> {
    const list = await tasks(run, dag);
    return Object.fromEntries(
      list.map(({ task_id, map_index, state }) => [
        map_index < 0 ? task_id : `${task_id}[${map_index}]`,
        state ?? 'no state',
      ]),
    );
  }

  async function counts(run: string, task: string, mapIndex = -1, dag = DAG): Promise<Counts> {
    const path = `${ofRun(run, dag)}/taskInstances/${task}/xcomEntries/result?map_index=${mapIndex}`;
    const { value } = await call<{ value: Counts | string }>('GET', path);
    return typeof value === 'string' ? (JSON.parse(value) as Counts) : value;
  }

  /** Clears one mapped task and what is downstream of it, as the button in the UI does. Returns what was cleared. */
  async function clear(run: string, task: string, mapIndex: number): Promise<string[]> {
    const { task_instances } = await call<{ task_instances: TaskInstance[] }>(
      'POST',
      `/dags/${DAG}/clearTaskInstances`,
      {
        dry_run: false,
        dag_run_id: run,
        task_ids: [[task, mapIndex]],
        only_failed: false,
        reset_dag_runs: true,
        include_downstream: true,
      },
    );
    return task_instances
      .map(({ task_id, map_index }) => (map_index < 0 ? task_id : `${task_id}[${map_index}]`))
      .sort();
  }

  async function makePool(name: string, slots: number): Promise<void> {
    await call('POST', '/pools', { name, slots });
  }

  async function makeConnection(connection_id: string, connection: Record<string, unknown>): Promise<void> {
    await call('POST', '/connections', { connection_id, ...connection });
  }

  /** Whether Airflow has found the DAG already. */
  async function knows(dag: string): Promise<boolean> {
    const { dags } = await call<{ dags: { dag_id: string }[] }>('GET', '/dags?limit=100');
    return dags.some(({ dag_id }) => dag_id === dag);
  }

  /** The lines that *Logs* shows of one try. */
  async function log(run: string, task: string, mapIndex: number, tryNumber: number, dag = DAG): Promise<string[]> {
    const path = `${ofRun(run, dag)}/taskInstances/${task}/logs/${tryNumber}?map_index=${mapIndex}&full_content=true`;
    const { content } = await call<{ content: LogLine[] }>('GET', path);
    return content.flatMap(({ event, error_detail }) => [event, ...(error_detail ?? []).map((it) => it.exc_value)]);
  }

  return {
    trigger,
    importErrors,
    paused,
    pool,
    setVariable,
    ended,
    runs,
    tasks,
    states,
    counts,
    clear,
    makePool,
    makeConnection,
    knows,
    log,
  };
}
