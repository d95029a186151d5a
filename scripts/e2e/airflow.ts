/** The compose stack's Airflow. */
import { airflowApi } from './airflow-api.ts';
import { airflowUrl } from './stack.ts';

export type { Counts, TaskInstance } from './airflow-api.ts';
export const { trigger, importErrors, paused, pool, setVariable, ended, runs, tasks, states, counts, clear } =
  airflowApi({ url: airflowUrl, user: 'airflow', password: 'airflow' });
