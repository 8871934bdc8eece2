import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ConfigError } from '#chassis/config.ts';
import { createLogger } from '#chassis/log.ts';
import { onTermination, startFailure } from '#chassis/termination.ts';
import { readShareQueries } from './config.ts';
import { httpTransport } from './subgraph/http-transport.ts';
import { createRouter } from './server.ts';
import { subgraphUrlsIn } from './supergraph-urls.ts';
import { watchSupergraph } from './watch-supergraph.ts';

// npm run -s router -- --supergraph <file.graphql> --port <n> --insecure: the router alone, in front of any supergraph.

const usage = `Usage: npm run -s router -- --supergraph <file.graphql> [--port <n>] --insecure
  --supergraph  a composed supergraph; subgraphs are asked at the URLs that stand in it
  --port        4000 unless given; 0 takes any free port
  --insecure    asks nobody who they are and tells subgraphs nothing. Needed: the router with identity is npm start`;

interface Arguments {
  readonly supergraph: string;
  readonly port: number;
}

/** @throws ConfigError that says which argument is wrong */
function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: { supergraph: { type: 'string' }, port: { type: 'string', default: '4000' }, insecure: { type: 'boolean', default: false } },
  });
  if (!values.supergraph) throw new ConfigError(`--supergraph is missing.\n${usage}`);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigError(`--port must be from 0 to 65535, not "${values.port}".\n${usage}`);
  if (!values.insecure) throw new ConfigError(`--insecure is missing: this command serves whoever comes, and wants that said.\n${usage}`);
  if (process.env['NODE_ENV'] === 'production')
    throw new ConfigError('A router that asks nobody who they are does not run when NODE_ENV=production.');
  return { supergraph: values.supergraph, port };
}

try {
  const { supergraph, port } = readArguments(process.argv.slice(2));
  const supergraphSdl = await readFile(supergraph, 'utf8').catch((error: unknown) => {
    throw new ConfigError(`--supergraph: ${startFailure(error)}`);
  });
  const log = createLogger('router');
  const router = await createRouter({
    supergraphSdl,
    transports: new Map([...subgraphUrlsIn(supergraphSdl)].map(([name, url]) => [name, httpTransport({ url })])),
    identity: 'none',
    shareQueries: readShareQueries(process.env),
    log,
    port,
    host: process.env['HOST'] ?? '127.0.0.1',
  });
  log.info({ port: router.port }, 'listening');
  const watching = watchSupergraph(supergraph, router, log);
  onTermination(log, () => {
    watching.close();
    return router.close();
  });
} catch (error) {
  console.error(startFailure(error));
  process.exitCode = 1;
}
