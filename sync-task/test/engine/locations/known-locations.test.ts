import test from 'ava';
import type { CommonSettings } from '../../../src/config/settings.ts';
import { withKnownName } from '../../../src/engine/locations/known-locations.ts';
import type { PipelineRecord, State } from '../../../src/state/state.ts';

const places = { source: 'file:///in', target: 's3://one:9000/b' };
const settings = { pipeline: 'new', formerPipeline: 'former', identities: places } as unknown as CommonSettings;

function stateWith(...known: readonly (readonly [name: string, target?: string])[]): State {
  const pipelines = known.map(([name, target], id): PipelineRecord => ({ id, name, source: undefined, target }));
  return { findPipeline: async (name: string) => pipelines.find((each) => each.name === name) } as State;
}

const states: Readonly<Record<string, readonly [state: State, name: string]>> = {
  'nothing is known': [stateWith(), 'new'],
  'an earlier version made the name': [stateWith(['former']), 'former'],
  'it is known to deliver there': [stateWith(['former', places.target]), 'former'],
  'it is known to deliver elsewhere': [stateWith(['former', 's3://two:9000/b']), 'new'],
  'both are known': [stateWith(['former'], ['new']), 'new'],
};

for (const [title, [state, name]] of Object.entries(states)) {
  test(`the name made from URLs, where ${title}: ${name}`, async (t) => {
    t.is((await withKnownName(settings, state)).pipeline, name);
  });
}

test('a name that was chosen is never another one', async (t) => {
  const { formerPipeline: _, ...chosen } = settings;
  t.is((await withKnownName(chosen, stateWith(['former']))).pipeline, 'new');
});
