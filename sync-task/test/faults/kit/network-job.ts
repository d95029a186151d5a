/** A job whose two servers lie behind something: real OpenSSH servers where this machine has them, else the kit's own. */
import type { ExecutionContext } from 'ava';
import type { Environment } from '../../kit/folders.ts';
import { sshd } from '../../kit/programs.ts';
import { hostileEnvironment, hostilePlace, opensshPlace, type Place } from './places.ts';
import { newScenario, type Scenario } from './scenario.ts';

export interface NetworkJobOptions {
  readonly files: number;
  readonly environment?: Environment;
}

export function sayWhichServers(): void {
  if (!sshd) console.log("no sshd here (apt-get install openssh-server): the kit's own server stands in");
}

/** `between` is told a server's port and gives the one to connect to: of the source first, then of the target. */
export async function jobBehind(
  t: ExecutionContext,
  between: (port: number) => Promise<number>,
  { files, environment = {} }: NetworkJobOptions,
): Promise<Scenario> {
  const place = async (parent: string, role: 'SOURCE' | 'TARGET'): Promise<Place> => {
    if (sshd) return opensshPlace(t, role, between);
    const own = await hostilePlace(t, parent, role);
    return { ...own, environment: hostileEnvironment(own.server, role, await between(own.server.port)) };
  };
  return newScenario(t, {
    files,
    source: (parent) => place(parent, 'SOURCE'),
    target: (parent) => place(parent, 'TARGET'),
    environment,
  });
}

/** As a scheduler would: again while it says that trying again may help. Returns how often. */
export async function runUntilDone(t: ExecutionContext, scenario: Scenario, most = 8): Promise<number> {
  for (let tries = 1; ; tries++) {
    const { code, stderr } = await scenario.run('sync', '--run', 'r');
    if (code === 75 && tries < most) continue;
    t.is(code, 0, stderr);
    return tries;
  }
}
