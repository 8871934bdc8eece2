import { fileURLToPath } from 'node:url';

/** Where the things are that a contestant needs. */
export interface Course {
  readonly graph: string;
  readonly supergraphFile: string;
  /** Name, URL and Federation 1 SDL of each subgraph, as JSON, for who composes at start. */
  readonly servicesFile: string;
  /** Our router's requests for the query, recorded: see BareScript. Only where there is one query. */
  readonly bareScriptFile: string | null;
}

export interface Command {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Contestant {
  readonly id: string;
  readonly title: string;
  /** Shares identical concurrent work: a row of its own, apart from the comparison. */
  readonly shares?: boolean;
  /** Holds the subgraphs itself, and so counts itself what is asked of them. */
  readonly inProcess?: true;
  /** Why it is known to be unable to take part: said in the report when it fails again. */
  readonly obstacle?: string;
  /** Null: cannot run this course. */
  readonly command: (course: Course, port: number) => Command | null;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const tsx = ['--import', 'tsx'];
const production = { NODE_ENV: 'production' };

const hive =
  (planner: 'js' | 'rust', share: 'off' | 'subgraph' | 'inbound'): Contestant['command'] =>
  ({ supergraphFile }, port) => ({
    args: [
      here('node_modules/@graphql-hive/gateway/dist/bin.js'),
      'supergraph',
      supergraphFile,
      `--config-path=${here('contestants/hive.config.mjs')}`,
      `--port=${port}`,
      '--host=127.0.0.1',
      '--fork=1',
    ],
    env: { ...production, HIVE_RUST: planner === 'rust' ? 'on' : 'off', HIVE_SHARE: share },
  });

// The command refuses to run without identity when NODE_ENV=production, so ours alone runs without that.
const ours =
  (share: 'off' | 'on'): Contestant['command'] =>
  ({ supergraphFile }, port) => ({
    args: [...tsx, here('../../router/serve-command.ts'), `--supergraph=${supergraphFile}`, `--port=${port}`, '--insecure'],
    env: { ROUTER_SHARE_QUERIES: share },
  });

/** In the order of the table. */
export const contestants: readonly Contestant[] = [
  {
    id: 'bare',
    title: 'bare node:http (the limit)',
    command: ({ bareScriptFile }, port) =>
      bareScriptFile === null
        ? null
        : { args: [...tsx, here('contestants/bare-command.ts'), bareScriptFile, String(port)], env: production },
  },
  { id: 'ours', title: 'ours', command: ours('off') },
  {
    id: 'ours-in-process',
    title: 'ours, in-process',
    inProcess: true,
    command: ({ graph, supergraphFile }, port) => ({
      args: [...tsx, here('contestants/ours-in-process-command.ts'), supergraphFile, String(port), graph],
      env: { ROUTER_SHARE_QUERIES: 'off' },
    }),
  },
  { id: 'hive-rust', title: 'Hive Gateway, Rust planner', command: hive('rust', 'off') },
  { id: 'hive', title: 'Hive Gateway', command: hive('js', 'off') },
  {
    id: 'mercurius',
    title: 'Mercurius gateway',
    obstacle:
      'it knows Federation 1 only, cannot print its fetches with graphql 16.15, and with graphql 16.13 ' +
      'it sends the fields of @requires only when the client has asked for them too',
    command: ({ servicesFile }, port) => ({ args: [here('contestants/mercurius.mjs'), servicesFile, String(port)], env: production }),
  },
  {
    id: 'stock',
    title: 'stock @apollo/gateway',
    command: ({ supergraphFile }, port) => ({
      args: [...tsx, here('contestants/stock-command.ts'), supergraphFile, String(port)],
      env: production,
    }),
  },
  { id: 'ours-sharing', title: 'ours, sharing', shares: true, command: ours('on') },
  { id: 'hive-rust-sharing', title: 'Hive, Rust, sharing of subgraph requests', shares: true, command: hive('rust', 'subgraph') },
  { id: 'hive-rust-inbound', title: 'Hive, Rust, sharing of whole requests too', shares: true, command: hive('rust', 'inbound') },
];
