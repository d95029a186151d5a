/**
 * Finds the proxy for a web server in the variables that most programs read: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
 * `NO_PROXY`, in lower case first. An empty variable counts as unset.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';
import { SyncError } from '../base/errors.ts';
import type { ProxyServer, WebServer } from './settings.ts';

type Variable = (name: string) => string | undefined;

/** Throws `usage` where a variable cannot be read. */
export function proxyEnvironment(variable: Variable): (to: WebServer) => ProxyServer | undefined {
  const read = (name: string) => {
    const found = [name.toLowerCase(), name].find((each) => variable(each) !== undefined);
    return found === undefined ? undefined : parse(variable(found) ?? '', found);
  };
  const any = read('ALL_PROXY');
  const proxies = { http: read('HTTP_PROXY') ?? any, https: read('HTTPS_PROXY') ?? any };
  const isExempt = exemptions(variable('no_proxy') ?? variable('NO_PROXY') ?? '');
  return (to) => (isExempt(to) ? undefined : proxies[to.scheme]);
}

/** Reads `http://user:password@host:port`. It may hold a password, so no message repeats the text. */
function parse(text: string, from: string): ProxyServer {
  const given = text.includes('://') ? text : `http://${text}`;
  const scheme = /^(https?|socks5h?):\/\//i.exec(given)?.[1]?.toLowerCase();
  const readable = given.replace(/^socks5h?:/i, 'http:');
  if (scheme === undefined || !URL.canParse(readable)) throw unreadable(from);
  const { hostname, port: digits, username, password } = new URL(readable);
  const usualPort = scheme.startsWith('socks5') ? 1080 : scheme === 'https' ? 443 : 80;
  const port = digits === '' ? usualPort : Number(digits);
  const spoken = scheme.startsWith('socks5') ? 'socks5' : 'http';
  try {
    return {
      scheme: spoken,
      ...(scheme === 'https' ? { tls: true } : {}),
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port,
      user: decodeURIComponent(username),
      password: password === '' ? undefined : decodeURIComponent(password),
      label: `${scheme}://${hostname}:${port}`,
      from,
    };
  } catch {
    throw unreadable(from);
  }
}

function unreadable(from: string): SyncError {
  return new SyncError(`${from}: it is no proxy that can be used; write http://host:port or socks5://host:port`, {
    kind: 'usage',
    reason: 'bad-option',
  });
}

/** `NO_PROXY`: `*`, names (with their subdomains), addresses and networks (`10.0.0.0/8`). A `:port` limits one to that port. */
function exemptions(text: string): (to: WebServer) => boolean {
  const networks = new BlockList();
  const names: { readonly name: string; readonly port: number | undefined }[] = [];
  for (const word of text.toLowerCase().split(/[\s,]+/)) {
    const [, network, bits] = /^\[?([0-9a-f.:]+)\]?\/(\d+)$/.exec(word) ?? [];
    if (word === '') continue;
    if (network !== undefined && isIP(network) !== 0 && Number(bits) <= (isIPv6(network) ? 128 : 32)) {
      networks.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4');
      continue;
    }
    const [, bracketed, plain, port] = /^(?:\[(.+)\]|(.+?))(?::(\d+))?$/.exec(isIPv6(word) ? `[${word}]` : word) ?? [];
    const name = bracketed ?? plain ?? '';
    names.push({ name: name.replace(/^\*?\./, ''), port: port === undefined ? undefined : Number(port) });
  }
  return ({ host: given, port: asked }) => {
    const host = given.toLowerCase().replace(/\.$/, '');
    if (isIP(host) !== 0 && networks.check(host, isIPv6(host) ? 'ipv6' : 'ipv4')) return true;
    return names.some(({ name, port }) => {
      if (port !== undefined && port !== asked) return false;
      return name === '*' || host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
    });
  };
}
