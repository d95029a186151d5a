/**
 * Takes the README's picture of Airflow's grid from a running stack, with the Chromium of the machine and no library:
 *   E2E_KEEP=1 npm run test:e2e && node scripts/e2e/screenshot.ts [RUN] [docs/images/airflow-grid.png] [http://127.0.0.1:18080]
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [run = 'many-files', file = 'docs/images/airflow-grid.png', url = 'http://127.0.0.1:18080'] =
  process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-port=0'];
const chromium = spawn('chromium', [...flags, '--window-size=1440,640', `--user-data-dir=${profile}`, 'about:blank'], {
  stdio: ['ignore', 'ignore', 'pipe'],
});

/** DevTools announces its address on stderr. */
async function address(): Promise<string> {
  let text = '';
  for await (const chunk of chromium.stderr) {
    text += chunk;
    const match = /ws:\/\/([^/]+)\//.exec(text);
    if (match?.[1]) return match[1];
  }
  throw new Error(`chromium did not start:\n${text}`);
}

async function main(): Promise<void> {
  const targets = (await (await fetch(`http://${await address()}/json/list`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const page = targets.find((target) => target.type === 'page');
  if (!page) throw new Error('chromium has no page');
  const socket = new WebSocket(page.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  let last = 0;
  const send = (method: string, params: object = {}): Promise<Record<string, unknown>> => {
    const id = ++last;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => {
      socket.addEventListener('message', function answer({ data }) {
        const message = JSON.parse(String(data));
        if (message.id !== id) return;
        socket.removeEventListener('message', answer);
        if (message.error) reject(new Error(`${method}: ${message.error.message}`));
        else resolve(message.result);
      });
    });
  };
  const evaluate = async (expression: string) => {
    const { result } = (await send('Runtime.evaluate', { expression, awaitPromise: true })) as {
      result: { value?: unknown };
    };
    return result.value;
  };
  const until = async (expression: string) => {
    for (let tries = 0; tries < 120; tries++) {
      if (await evaluate(expression)) return;
      await sleep(500);
    }
    throw new Error(`never true: ${expression}; the page says ${await evaluate('document.body.innerText')}`);
  };

  await send('Emulation.setDeviceMetricsOverride', { width: 1440, height: 640, deviceScaleFactor: 1, mobile: false });
  await send('Page.navigate', { url: `${url}/auth/login/?next=${encodeURIComponent(`${url}/dags/sftp_sync`)}` });
  await until(`!!document.querySelector('input[name=username]')`);
  await evaluate(`(() => {
    document.querySelector('input[name=username]').value = 'airflow';
    document.querySelector('input[name=password]').value = 'airflow';
    document.querySelector('input[name=username]').form.submit();
  })()`);
  await until(`location.pathname === '/' || location.pathname.startsWith('/dags')`);
  // The grid on the left, the batches of one run on the right.
  await send('Page.navigate', { url: `${url}/dags/sftp_sync/runs/${run}/tasks/run/mapped` });
  await until(`document.body.innerText.includes('verdict') && document.body.innerText.includes('batch 1')`);
  // Room for the grid: its border is dragged to the right.
  const mouse = (type: string, x: number) =>
    send('Input.dispatchMouseEvent', { type, x, y: 560, button: 'left', buttons: 1, clickCount: 1 });
  await sleep(2000);
  await mouse('mousePressed', 347);
  for (let x = 350; x <= 480; x += 10) await mouse('mouseMoved', x);
  await mouse('mouseReleased', 480);
  await sleep(4000);
  const { data } = await send('Page.captureScreenshot', { format: 'png' });
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.from(String(data), 'base64'));
  console.log(`wrote ${file}`);
  socket.close();
}

try {
  await main();
} finally {
  const ended = new Promise((resolve) => chromium.once('exit', resolve));
  chromium.kill();
  await ended;
  rmSync(profile, { recursive: true, force: true });
}
