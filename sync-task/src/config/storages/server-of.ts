/** Host, port and path. The protocol is only a way there; what follows a `?` or precedes an `@` may be a secret. */
export function serverOf(endpoint: string): string {
  const text = /^[a-z]+:\/\//i.test(endpoint) ? endpoint : `http://${endpoint}`;
  if (!URL.canParse(text)) return 'an endpoint that is no URL';
  const { hostname, port, pathname } = new URL(text);
  const host = hostname === 'localhost' || hostname === '[::1]' ? '127.0.0.1' : hostname;
  return `${host}${port === '' ? '' : `:${port}`}${pathname.replace(/\/+$/, '')}`;
}
