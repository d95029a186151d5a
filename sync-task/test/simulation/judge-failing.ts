/** What must hold while one path fails for ever: all other files are delivered, and the result counts and names this one. */
import { exitCodes } from '../../src/base/errors.ts';
import { exitCodeForResult } from '../../src/engine/result/exit-code.ts';
import type { Result } from '../../src/engine/result/result.ts';
import { draftName } from '../../src/storage/draft-name.ts';
import { ALWAYS, type Broken, isBroken } from './broken-place.ts';
import { made } from './chains.ts';
import type { Disk } from './disk.ts';
import type { Judge } from './judge.ts';
import type { TargetPlace } from './places.ts';
import type { Scenario } from './scenario.ts';

export interface Failing {
  readonly judge: Judge;
  readonly scenario: Scenario;
  readonly broken: Broken;
  readonly source: Disk;
  readonly target: TargetPlace;
  readonly result: Result;
}

export function judgeFailing({ judge, scenario, broken, source, target, result }: Failing): void {
  for (const [path, { data }] of source.entries) {
    if (isBroken(broken, path)) continue;
    for (const file of made(scenario.chain, path, data)) {
      if (!judge.isForeign(file.path) && !target.holds(file.path)?.equals(file.bytes))
        judge.blame('one-place-stops-others', `${file.path} is ${target.holds(file.path)?.toString('latin1')}`);
    }
  }
  // Left-overs of other files are removed even so. An upload does not say which file it belongs to.
  const own = ['', '.x2', '.capitals'].map((end) =>
    draftName({ run: '', path: broken.path + end, token: 0 })
      .split('-')
      .at(-1),
  );
  const left = target.stands().filter((name) => /-[0-9a-f]{16}\.(tmp|bak)$/.test(name) && !name.includes('.probe-'));
  const others = left.filter((name) => !own.some((hash) => name.includes(hash ?? '')));
  if (others.length > 0) judge.blame('one-place-stops-others', `left over: ${others.join(', ')}`);
  const { listed, planned: _planned, ...rest } = result.files;
  const sum = Object.values(rest).reduce((files, each) => files + each, 0);
  if (listed !== sum) judge.blame('counts', JSON.stringify(result.files));
  const mustFail = broken.operations.includes('list');
  const named = result.errors.filter(({ reason }) => reason === ALWAYS);
  if (mustFail && named.length === 0) judge.blame('failure-unnamed', JSON.stringify(result.errors));
  if (named.length > 0 && named.length === result.errors.length) {
    const code = exitCodeForResult(result);
    if (code !== exitCodes[broken.kind]) judge.blame('exit-code', `${code} for ${broken.kind}`);
  }
  if ((result.status === 'done') !== (result.errors.length === 0))
    judge.blame('status', `${result.status} with ${JSON.stringify(result.errors)}`);
}
