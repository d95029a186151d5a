/**
 * Every path of the target has one owner. Before a plan takes a file, it asks the state who owns the file's target path and those
 * of its side files. Other owners are files that went there before and are gone from the source, and files of other pipelines whose
 * target is this one, lies in it or holds it. Where neither can be, nothing is asked.
 */
import type { Candidate, PipelineRecord, PlanTicket, State, TargetPathOwner } from '../../state/state.ts';
import type { Chain } from '../../transform/chain/chain.ts';
import type { Context } from '../context.ts';
import { nestingOf } from '../locations/nesting.ts';
import { recordedWith } from './planned-with.ts';

export interface TargetPathOwners {
  /** Why files cannot have their target paths, by path. With a ticket, the other files own theirs from then on. */
  refusals(candidates: readonly Candidate[], ticket: PlanTicket | undefined): Promise<ReadonlyMap<string, string>>;
}

const none: ReadonlyMap<string, string> = new Map();
/** Runs of another pipeline that may still publish what they have planned. */
const RUNS_LOOKED_AT = 20;

interface Neighbour {
  readonly state: State;
  readonly pipeline: PipelineRecord;
  /** The path within the other pipeline's target; undefined where it lies outside. */
  pathThere(path: string): string | undefined;
  readonly openRuns: readonly string[];
}

export async function openTargetPathOwners(
  context: Context,
  own: PipelineRecord,
  chain: Chain,
): Promise<TargetPathOwners> {
  const { state } = context;
  const neighbours = await neighboursOf(context, own);
  const movesFiles = chain.renames || chain.writesBeside;
  const asksOwn = movesFiles || (await state.hasTargetPaths(own.id));

  return {
    async refusals(candidates, ticket) {
      if (candidates.length === 0 || (!asksOwn && neighbours.length === 0)) return none;
      const wanted = candidates.flatMap(({ path }) => targetPathsOf(chain, path));
      if (ticket && movesFiles) {
        await state.takeTargetPaths(
          ticket,
          wanted.filter(({ targetPath, path }) => targetPath !== path),
        );
      }
      const refused = new Map<string, string>();
      if (asksOwn) {
        const owners = ownersByPath(
          await state.targetPathOwners(
            own.id,
            wanted.map(({ targetPath }) => targetPath),
            [],
          ),
        );
        for (const { targetPath, path } of wanted) {
          const other = owners.get(targetPath)?.find((owner) => owner.path !== path);
          if (other) refused.set(path, `its place at the target, ${targetPath}, is that of ${other.path}`);
        }
      }
      const chains = new Map(candidates.map((candidate) => [candidate.path, candidate.chain]));
      for (const { state: itsState, pipeline, pathThere, openRuns } of neighbours) {
        const there = wanted.flatMap(({ targetPath, path }) => {
          const same = pathThere(targetPath);
          return same === undefined ? [] : [{ targetPath, path, same }];
        });
        const targetPaths = there.map(({ same }) => same);
        const owners = ownersByPath(await itsState.targetPathOwners(pipeline.id, targetPaths, openRuns));
        // The same file of the same source through the same chain does not conflict.
        const isSame = (owner: TargetPathOwner, path: string) =>
          pipeline.source === context.settings.identities.source &&
          owner.path === path &&
          owner.chain === chains.get(path);
        for (const { targetPath, path, same } of there) {
          const other = owners.get(same)?.find((owner) => !isSame(owner, path));
          if (other)
            refused.set(
              path,
              `pipeline ${pipeline.name} delivers ${other.path} to its place at the target, ${targetPath}`,
            );
        }
      }
      return refused;
    },
  };
}

function targetPathsOf(chain: Chain, path: string) {
  const targetPath = chain.targetPath(path);
  return [
    { targetPath, path, sideFile: false },
    ...chain.asides(path).map((suffix) => ({ targetPath: targetPath + suffix, path, sideFile: true })),
  ];
}

function ownersByPath(owners: readonly TargetPathOwner[]): ReadonlyMap<string, readonly TargetPathOwner[]> {
  return Map.groupBy(owners, ({ targetPath }) => targetPath);
}

async function neighboursOf({ state, settings }: Context, own: PipelineRecord): Promise<readonly Neighbour[]> {
  const nestingWith = ({ target }: PipelineRecord) =>
    target === undefined ? undefined : nestingOf(settings.identities.target, target);
  const neighbours: Neighbour[] = [];
  const others = (await state.beside?.((pipeline) => nestingWith(pipeline) !== undefined)) ?? [];
  const inOthers = others.map(async (other) => (await other.pipelines()).map((pipeline) => ({ other, pipeline })));
  const here = (await state.pipelines()).flatMap((pipeline) =>
    pipeline.id === own.id ? [] : [{ other: state, pipeline }],
  );
  for (const { other, pipeline } of [...here, ...(await Promise.all(inOthers)).flat()]) {
    const nesting = nestingWith(pipeline);
    if (!nesting) continue;
    const inside = nesting.below === '' ? '' : `${nesting.below}/`;
    const pathThere = (path: string) => {
      if (nesting.upper === 'target') return inside + path;
      return path.startsWith(inside) ? path.slice(inside.length) : undefined;
    };
    const runs = await other.runs(pipeline.id, RUNS_LOOKED_AT);
    const openRuns = runs.filter((run) => run.status === 'planned' && recordedWith(run)?.renames === false);
    neighbours.push({ state: other, pipeline, pathThere, openRuns: openRuns.map(({ id }) => id) });
  }
  return neighbours;
}
