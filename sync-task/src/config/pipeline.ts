/** The name of a pipeline, and where its state is. */
import { createHash } from 'node:crypto';
import { defaultState } from './default-state.ts';
import type { Input, Values } from './given-options.ts';
import { identityOf, serviceBeside } from './location-identity.ts';
import { checkStateUrl } from './parse/location.ts';
import { traceIdOf } from './parse/trace-id.ts';
import { type Environment, readSecret } from './secrets.ts';
import type { CommonSettings, Endpoint } from './settings.ts';

/** Without a name of its own a pipeline is named after its source and target. Throws `usage`. */
export function commonSettings(
  values: Values,
  { environment }: Input,
  source: Endpoint | undefined,
  target: Endpoint | undefined,
): CommonSettings {
  const given: string | undefined = values.get('pipeline');
  const names = given === undefined && source && target ? namesOf(source, target) : { pipeline: given ?? '' };
  return {
    ...stateOf(values, environment, names.pipeline),
    statePassword: readSecret(environment, 'SYNC_TASK_STATE_PASSWORD'),
    waitMs: values.get('wait') ?? 0,
    traceId: traceIdOf(values.given('trace-id'), environment),
    ...names,
  };
}

function stateOf(
  values: Values,
  environment: Environment,
  pipeline: string,
): Pick<CommonSettings, 'state' | 'formerStates'> {
  const given = values.given('state');
  if (given) return { state: checkStateUrl(values.get('state'), given.as) };
  const { file, formerly } = defaultState(pipeline, environment);
  return { state: `sqlite:${file}`, formerStates: formerly };
}

/** Readable, and different for any two pairs of locations: made of the URLs, and of the service where a URL does not say it. */
function namesOf(
  source: Endpoint,
  target: Endpoint,
): Pick<CommonSettings, 'pipeline' | 'formerPipeline' | 'identities'> {
  const [from, to] = [source.location.label, target.location.label];
  const services = [source, target].map(({ location, variable }) => serviceBeside(location, variable));
  const identities = { source: identityOf(source), target: identityOf(target) };
  const former = pipelineName(from, to, '');
  if (services.every((service) => service === undefined)) return { pipeline: former, identities };
  return { pipeline: pipelineName(from, to, `\n${services.join('\n')}`), formerPipeline: former, identities };
}

function pipelineName(source: string, target: string, beside: string): string {
  const hash = createHash('sha256').update(`${source}\n${target}${beside}`).digest('hex').slice(0, 8);
  const words = (label: string) =>
    label
      .replace(/^[a-z]+:\/\/([^@/]*@)?/, '')
      .replace(/[^A-Za-z0-9.]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40);
  return `${words(source)}--${words(target)}--${hash}`;
}
