import { isExclusionViolation } from '#chassis/database.ts';
import { Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import type { Coverage, CoverageStatus, Prisma, PrismaClient } from './generated/prisma/client.ts';

export type NewCoverage = Pick<Coverage, 'patientId' | 'payerOrganizationId' | 'memberId' | 'periodStart' | 'periodEnd' | 'createdAt'>;

/** @throws Refusal CONFLICT when the same cover is there for an overlapping time */
export async function insertCoverage(tx: Prisma.TransactionClient, coverage: NewCoverage): Promise<Coverage> {
  try {
    return await tx.coverage.create({ data: { id: newId('cov'), status: 'ACTIVE', ...coverage } });
  } catch (error) {
    if (!isExclusionViolation(error)) throw error;
    throw new Refusal(
      'CONFLICT',
      'This cover is recorded already for an overlapping time. Cancel that one first, or choose another period.',
      {
        path: ['periodStart'],
      },
    );
  }
}

export const findCoverage = (tx: Prisma.TransactionClient, id: string): Promise<Coverage | null> =>
  tx.coverage.findUnique({ where: { id } });

/** False when it has moved on in the meantime. */
export async function moveCoverage(tx: Prisma.TransactionClient, coverage: Coverage, status: CoverageStatus): Promise<boolean> {
  const { count } = await tx.coverage.updateMany({ where: { id: coverage.id, status: coverage.status }, data: { status } });
  return count === 1;
}

export const coveragesById = (db: PrismaClient, ids: readonly string[]): Promise<Coverage[]> =>
  db.coverage.findMany({ where: { id: { in: [...ids] } } });

export const coveragesOfPatients = (db: PrismaClient, patientIds: readonly string[]): Promise<Coverage[]> =>
  db.coverage.findMany({ where: { patientId: { in: [...patientIds] } }, orderBy: [{ periodStart: 'desc' }, { id: 'desc' }] });
