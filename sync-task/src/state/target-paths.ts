/** Who owns which path of the target. Only paths that differ from the file's own path are recorded. */
import type { PlanTicket } from './plans.ts';

/** A path of the target that differs from the file's own path. */
export interface WantedPlace {
  readonly place: string;
  /** The source file that goes there. */
  readonly path: string;
  /** A transform writes it beside the file's target. */
  readonly aside: boolean;
}

export interface PlaceOwner {
  readonly place: string;
  readonly path: string;
  /** The chain that the file was published or planned with; undefined where nothing was published yet. */
  readonly chain: string | undefined;
}

export interface TargetPathOperations {
  /** Gives target paths to the files of a plan. A path that another file owns stays with its owner; `placeOwners` names it. */
  takePlaces(ticket: PlanTicket, wanted: readonly WantedPlace[]): Promise<void>;
  /**
   * The owners of these target paths, among everything the pipeline published or may still publish. `openRuns` adds what these runs
   * have planned; their files must keep their own paths. A path may have several owners; a free path is left out.
   */
  placeOwners(
    pipelineId: number,
    places: readonly string[],
    openRuns: readonly string[],
  ): Promise<readonly PlaceOwner[]>;
  /** Whether any file of the pipeline owns a target path other than its own. */
  hasPlaces(pipelineId: number): Promise<boolean>;
}
