import { readFile } from 'node:fs/promises';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

// Stock @apollo/gateway behind stock @apollo/server: stock-command.ts <supergraph> <port>

const [supergraph = '', port = ''] = process.argv.slice(2);
const quiet = { debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error };
const gateway = new ApolloGateway({ supergraphSdl: await readFile(supergraph, 'utf8'), logger: quiet });
const server = new ApolloServer({ gateway, logger: quiet, introspection: true });
await startStandaloneServer(server, { listen: { port: Number(port), host: '127.0.0.1' } });
