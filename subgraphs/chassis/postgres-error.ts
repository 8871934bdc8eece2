interface PostgresError {
  /** SQLSTATE. */
  code: string;
  message: string;
  constraint: string | undefined;
}

const fromPrisma = new Map<unknown, string>([
  ['P2034', '40001'],
  ['P2002', '23505'],
]);
const sqlState = (value: unknown): string | undefined => (typeof value === 'string' && /^[0-9A-Z]{5}$/.test(value) ? value : undefined);
const isPrisma = (error: Error): boolean => error.name.startsWith('PrismaClient');

/** What PostgreSQL said, wherever Prisma has put it. Undefined when the error is not PostgreSQL's. */
export function postgresError(error: unknown): PostgresError | undefined {
  if (!(error instanceof Error)) return undefined;
  const fields = error as Error & { code?: unknown; meta?: { driverAdapterError?: { cause?: Record<string, unknown> } }; cause?: unknown };
  const cause = fields.meta?.driverAdapterError?.cause ?? (fields.cause as Record<string, unknown> | undefined);
  const code =
    sqlState(cause?.originalCode) ??
    sqlState(cause?.code) ??
    fromPrisma.get(fields.code) ??
    (isPrisma(error) ? undefined : sqlState(fields.code));
  if (!code) return undefined;
  const message = [cause?.originalMessage, cause?.message, error.message].find((text) => typeof text === 'string') as string;
  return { code, message, constraint: /constraint "([^"]+)"/.exec(message)?.[1] };
}

const violates = (error: unknown, code: string, constraint?: string): boolean => {
  const found = postgresError(error);
  return found?.code === code && (constraint === undefined || found.constraint === constraint);
};

export const isUniqueViolation = (error: unknown, constraint?: string): boolean => violates(error, '23505', constraint);
export const isExclusionViolation = (error: unknown, constraint?: string): boolean => violates(error, '23P01', constraint);
