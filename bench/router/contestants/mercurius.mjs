// Mercurius gateway: mercurius.mjs <name=url>… <port>
import mercuriusGateway from '@mercuriusjs/gateway';
import Fastify from 'fastify';

const port = Number(process.argv.at(-1));
const services = process.argv.slice(2, -1).map((argument) => {
  const [name, url] = argument.split(/=(.*)/);
  return { name, url };
});
const app = Fastify({ logger: false });
app.register(mercuriusGateway, { gateway: { services }, jit: 1 });
await app.listen({ port, host: '127.0.0.1' });
