/** Pipelines, and the locations that each one reads from and delivers to. */

export interface PipelineRecord {
  readonly id: number;
  readonly name: string;
  /** Undefined until a plan recorded it. */
  readonly source: string | undefined;
  readonly target: string | undefined;
}

/** In the words of `config/location-identity.ts`. */
export interface KnownLocations {
  readonly source: string;
  readonly target: string;
}

export interface PipelineOperations {
  /** Finds the pipeline or creates it. */
  pipeline(name: string): Promise<PipelineRecord>;
  /** Finds it, and never creates one. */
  findPipeline(name: string): Promise<PipelineRecord | undefined>;
  pipelines(): Promise<readonly PipelineRecord[]>;
  /** Records the locations unless another process changed them since `before` was read. Returns the record that stands afterwards. */
  recordLocations(before: PipelineRecord, locations: KnownLocations): Promise<PipelineRecord>;
  /** Forgets everything that was delivered and records the locations. Throws `transient` while any claim is held. */
  forgetDelivered(pipeline: PipelineRecord, locations: KnownLocations): Promise<void>;
  /** Renames the pipeline `old`, which keeps its whole history. Throws `usage` where that is impossible. */
  takeOver(name: string, old: string): Promise<void>;
}
