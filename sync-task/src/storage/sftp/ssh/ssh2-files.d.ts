/** The types of ssh2 are those of its index alone. */
declare module 'ssh2/lib/client.js' {
  export { Client as default } from 'ssh2';
}

declare module 'ssh2/lib/protocol/keyParser.js' {
  import type { utils } from 'ssh2';

  const keyParser: Pick<typeof utils, 'parseKey'>;
  export default keyParser;
}

declare module 'ssh2/lib/agent.js' {
  import type { BaseAgent, createAgent } from 'ssh2';

  const agent: { readonly BaseAgent: typeof BaseAgent; readonly createAgent: typeof createAgent };
  export default agent;
}
