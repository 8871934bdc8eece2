// Mercurius gateway: mercurius.mjs <services.json> <port>
// It knows Federation 1 only, so each service's SDL is given in that form instead of being asked for.
import { readFile } from 'node:fs/promises';
import mercuriusGateway from '@mercuriusjs/gateway';
import Fastify from 'fastify';

const [, , file, port] = process.argv;
/** @type {{ name: string, url: string, schema: string }[]} */
const services = JSON.parse(await readFile(file, 'utf8'));
const app = Fastify({ logger: false });
app.register(mercuriusGateway, { gateway: { services }, jit: 1 });
await app.listen({ port: Number(port), host: '127.0.0.1' });
