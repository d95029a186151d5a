/** Settings made by hand, without flags, environment and files. */
import type { Endpoint, Settings } from '../../src/config/settings.ts';
import { transformsOf } from './chains.ts';
import { LEASE_MS, type Patch, type Scenario } from './scenario.ts';

export const SEGMENT_BYTES = 8;

function endpoint(host: string): Endpoint {
  return {
    location: { scheme: 'sim', user: 'user', host, port: 1, path: '/', label: `sim://${host}` },
    credentials: {
      password: undefined,
      privateKey: undefined,
      passphrase: undefined,
      agent: undefined,
      knownHosts: undefined,
      hostKey: undefined,
      insecureIgnoreHostKey: false,
    },
    variable: () => undefined,
  };
}

const off = { action: 'off', limit: undefined } as const;

export const pipelineOf = ({ second }: Patch) => (second ? 'second' : 'first');
const sourceName = ({ second }: Patch) => (second ? 'other-source' : 'source');
export const targetName = ({ elsewhere }: Patch) => (elsewhere ? 'other-target' : 'target');

export function settingsOf(scenario: Scenario, patch: Patch, more: Partial<Settings> = {}): Settings {
  return {
    state: 'sim:state',
    statePassword: undefined,
    waitMs: 0,
    pipeline: pipelineOf(patch),
    traceId: undefined,
    source: endpoint(sourceName(patch)),
    target: endpoint(targetName(patch)),
    identities: { source: `sim://${sourceName(patch)}`, target: `sim://${targetName(patch)}` },
    newTarget: patch.newTarget ?? false,
    sameFiles: false,
    decoders: { memoryBytes: 1_000_000, maxExpansion: 1000 },
    transforms: transformsOf(patch.chain ?? scenario.chain),
    transformChanged: 'reprocess',
    selection: {
      include: [],
      exclude: [],
      prefix: '',
      minAgeMs: 0,
      stableMs: 0,
      marker: undefined,
      sinceMs: undefined,
    },
    gates: {
      'empty-source': off,
      'few-files': off,
      'many-files': off,
      'total-size': off,
      'file-size': off,
      'name-collision': off,
      'empty-target': off,
    } as Settings['gates'],
    accept: [],
    batchFiles: scenario.batchFiles,
    batchBytes: 1_000_000,
    maxBatches: 100,
    maxFiles: undefined,
    maxBytes: undefined,
    maxDurationMs: undefined,
    bandwidth: undefined,
    existing: patch.existing ?? scenario.existing,
    publish: 'rename',
    reportDir: undefined,
    wantsTotals: false,
    files: scenario.atOnce,
    bufferBytes: 1_000_000,
    connections: undefined,
    fsync: true,
    checkpointBytes: SEGMENT_BYTES,
    verify: scenario.readBack ? 'read-back' : 'size',
    checksum: 'none',
    repair: false,
    force: patch.force ?? false,
    explain: false,
    dryRun: false,
    leaseMs: LEASE_MS,
    attempts: scenario.attempts,
    reconnectMs: 1000,
    connectTimeoutMs: 1000,
    idleTimeoutMs: 1000,
    keepaliveMs: 1000,
    ...more,
  };
}
