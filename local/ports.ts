import { once } from 'node:events';
import { createServer } from 'node:net';
import { subgraphNames, type SubgraphName } from '#schema/events.ts';
import { ConfigError } from '#chassis/config.ts';

export type Ports = Readonly<Record<'router' | SubgraphName, number>>;

const defaultPorts: Readonly<Record<string, number>> = {
  router: 4000,
  ...Object.fromEntries(subgraphNames.map((name, index) => [name, 4001 + index])),
};

/** The port by `ROUTER_PORT`, `PATIENT_PORT` and so on. @throws ConfigError */
export function readPort(name: string, env: NodeJS.ProcessEnv): number {
  const variable = `${name.toUpperCase()}_PORT`;
  const port = Number(env[variable] ?? defaultPorts[name]);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new ConfigError(`${variable} must be a port from 1 to 65535, not "${env[variable]}".`);
  return port;
}

/** The ports of the router and of every subgraph. @throws ConfigError when two are the same */
export function readPorts(env: NodeJS.ProcessEnv): Ports {
  const ports = Object.fromEntries(Object.keys(defaultPorts).map((name) => [name, readPort(name, env)])) as Ports;
  for (const [name, port] of Object.entries(ports)) {
    const other = Object.entries(ports).find(([known, taken]) => known !== name && taken === port)?.[0];
    if (other)
      throw new ConfigError(`${name.toUpperCase()}_PORT and ${other.toUpperCase()}_PORT are both ${port}: each needs a port of its own.`);
  }
  return ports;
}

/** @throws ConfigError when another program listens there */
export async function assertFree(name: string, port: number): Promise<void> {
  const probe = createServer();
  const outcome = once(probe.listen(port), 'listening');
  try {
    await outcome;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new ConfigError(
      `Port ${port}, which the ${name} needs, is taken by another program. Stop that program, or set ${name.toUpperCase()}_PORT to another port.`,
    );
  }
  probe.close();
  await once(probe, 'close');
}
