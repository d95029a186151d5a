/** Who owns which path of the target. Only paths that differ from the file's own path are recorded. */
import type { PlanTicket } from './plans.ts';

/** A path of the target that differs from the file's own path. */
export interface WantedTargetPath {
  readonly targetPath: string;
  /** The source file that goes there. */
  readonly path: string;
  /** A transform writes it beside the file's target. */
  readonly sideFile: boolean;
}

export interface TargetPathOwner {
  readonly targetPath: string;
  readonly path: string;
  /** The chain that the file was published or planned with; undefined where nothing was published yet. */
  readonly chain: string | undefined;
}

export interface TargetPathOperations {
  /** Gives target paths to the files of a plan. A path that another file owns stays with its owner; `targetPathOwners` names it. */
  takeTargetPaths(ticket: PlanTicket, wanted: readonly WantedTargetPath[]): Promise<void>;
  /**
   * The owners of these target paths, among everything the pipeline published or may still publish. `openRuns` adds what these runs
   * have planned; their files must keep their own paths. A path may have several owners; a free path is left out.
   */
  targetPathOwners(
    pipelineId: number,
    targetPaths: readonly string[],
    openRuns: readonly string[],
  ): Promise<readonly TargetPathOwner[]>;
  /** Whether any file of the pipeline owns a target path other than its own. */
  hasTargetPaths(pipelineId: number): Promise<boolean>;
}
