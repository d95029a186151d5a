/** Toxiproxy, Shopify's bad network between two programs, and proxies of it. */
import { startGuarded } from './guarded-server.ts';
import { toxiproxy as program } from './programs.ts';

/** As its documentation has them: github.com/Shopify/toxiproxy#toxics. */
export interface Toxic {
  readonly type: 'latency' | 'bandwidth' | 'reset_peer' | 'slicer' | 'timeout';
  readonly attributes: Readonly<Record<string, number>>;
}

export interface ToxicProxy {
  readonly port: number;
  /** Both ways, for connections that stand too. The function takes it away again. */
  add(toxic: Toxic): Promise<() => Promise<void>>;
}

export interface Toxiproxy {
  proxy(upstreamPort: number): Promise<ToxicProxy>;
  stop(): Promise<void>;
}

export async function startToxiproxy(): Promise<Toxiproxy> {
  const server = await startGuarded((port) => [program, '-host', '127.0.0.1', '-port', String(port)]);
  let proxies = 0;
  let toxics = 0;

  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`toxiproxy: ${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  return {
    stop: server.stop,
    async proxy(upstreamPort) {
      const proxy = `/proxies/p${++proxies}`;
      const listening = { name: `p${proxies}`, listen: '127.0.0.1:0', upstream: `127.0.0.1:${upstreamPort}` };
      const { listen } = (await call('POST', '/proxies', listening)) as { readonly listen: string };
      return {
        port: Number(listen.slice(listen.lastIndexOf(':') + 1)),
        async add(toxic) {
          const names: string[] = [];
          for (const stream of ['upstream', 'downstream']) {
            const name = `t${++toxics}`;
            await call('POST', `${proxy}/toxics`, { ...toxic, name, stream });
            names.push(name);
          }
          return async () => {
            for (const name of names) await call('DELETE', `${proxy}/toxics/${name}`);
          };
        },
      };
    },
  };
}
