/**
 * Lost packets, by Linux itself: two OpenSSH servers and the command in a network namespace whose loopback is a bad line. Needs root,
 * iproute2 and a kernel with netem; network.test.ts plays the same with late chunks anywhere.
 */
import { execFileSync } from 'node:child_process';
import { needs, needsNo } from '../kit/needs.ts';
import { sshd } from '../kit/programs.ts';
import { runUntilDone } from './kit/network-job.ts';
import { opensshPlace } from './kit/places.ts';
import { newScenario } from './kit/scenario.ts';

const namespace = `sync-task-${process.pid}`;
const launcher = ['ip', 'netns', 'exec', namespace];

function run(...[program = '', ...words]: readonly string[]): void {
  execFileSync(program, words, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
}

/** Returns why there can be none, else undefined. */
function makeBadLine(): string | undefined {
  try {
    run('ip', 'netns', 'add', namespace);
    run(...launcher, 'ip', 'link', 'set', 'lo', 'up');
    // Of what leaves; on a loopback each way is a leaving.
    run(...launcher, 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '100ms', 'loss', '1%');
    return undefined;
  } catch (error) {
    removeLine();
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    return `netem: run it as root, with iproute2 and a kernel that has it (${(stderr || message).trim()})`;
  }
}

function removeLine(): void {
  try {
    run('ip', 'netns', 'delete', namespace);
  } catch {
    // It was never made.
  }
}

const lossyTest = sshd ? needsNo(makeBadLine()) : needs('OpenSSH');
process.once('exit', removeLine);

lossyTest('1 % of packets lost by netem on a line of 200 ms: one start is enough', async (t) => {
  const place = async (role: 'SOURCE' | 'TARGET') => opensshPlace(t, role, undefined, { launcher });
  const scenario = await newScenario(t, {
    files: 10,
    launcher,
    source: () => place('SOURCE'),
    target: () => place('TARGET'),
  });
  t.is(await runUntilDone(t, scenario, 1), 1);
  await scenario.judge();
});
