import { z } from 'zod';

/** A configuration the process cannot start with. The message is meant for the person at the terminal. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads the environment by a schema and says everything that is wrong with it at once.
 * @throws ConfigError that names each variable and what it must be
 */
export function readConfig<S extends z.ZodType>(schema: S, env: NodeJS.ProcessEnv = process.env): z.infer<S> {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const complaints = result.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return `  ${name}: ${env[name] === undefined ? 'is not set' : 'is not valid'} (${issue.message})`;
  });
  throw new ConfigError(`The configuration is not complete:\n${complaints.join('\n')}`);
}

export const port = z.coerce.number().int().min(0).max(65_535);

/** Most connections of one subgraph. Each lane of events keeps one; a few must be left for requests. */
export const poolSize = z.coerce.number().int().min(10).optional();
