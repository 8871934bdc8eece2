import { ConfigError } from './config.ts';
import { postgresError } from './postgres-error.ts';

interface Defect {
  name: string;
  /** Only where the text is ours or the operating system's: messages of Prisma, PostgreSQL and the gateway quote values. */
  message?: string;
  /** SQLSTATE or the operating system's code. */
  code?: string;
  constraint?: string;
  frames: string[];
}

/** What a log may keep of an error: what kind it is and where it happened, never the values that it quotes. */
export function defectForLog(error: unknown): Defect {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] };
  const postgres = postgresError(error);
  const { code: systemCode, syscall } = error as NodeJS.ErrnoException;
  const code = postgres?.code ?? (typeof systemCode === 'string' ? systemCode : undefined);
  return {
    name: error.name,
    ...((error instanceof ConfigError || (syscall !== undefined && !postgres)) && { message: error.message }),
    ...(code !== undefined && { code }),
    ...(postgres?.constraint !== undefined && { constraint: postgres.constraint }),
    frames: (error.stack ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('at '))
      .slice(0, 12),
  };
}

/** The same in a few words, for a column or a field. */
export function reasonForLog(error: unknown): string {
  const { name, message, code, constraint, frames } = defectForLog(error);
  return [name, code, constraint, message, frames[0]]
    .filter((part) => part !== undefined)
    .join(' ')
    .slice(0, 500);
}
