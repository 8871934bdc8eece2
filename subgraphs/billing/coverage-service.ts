import { notFound, Refusal, type UserError } from '#chassis/errors.ts';
import type { Outcome } from '#chassis/mutation.ts';
import { askIn } from '#chassis/access/rules.ts';
import { accountAccess, assertRole, coverageAccess } from './access.ts';
import { accountOfPatient } from './account-store.ts';
import { change } from './change.ts';
import type { BillingContext } from './context.ts';
import { coverageStates } from './coverage-states.ts';
import { findCoverage, insertCoverage, moveCoverage } from './coverage-store.ts';
import type { CancelCoverageInput, RecordCoverageInput } from './generated/graphql.ts';
import type { Coverage } from './generated/prisma/client.ts';
import { readText } from './text-input.ts';

interface CoverageAnswer {
  coverage: Coverage | null;
  userErrors: UserError[];
}

/** Records that a payer covers a patient. */
export async function recordCoverage(context: BillingContext, input: RecordCoverageInput): Promise<CoverageAnswer> {
  const outcome = await change(context, 'recordCoverage', input, async (tx) => {
    assertRole(context, accountAccess, 'recordCoverage');
    const { patientId, periodStart, periodEnd = null } = input;
    const payerOrganizationId = readText(input.payerOrganizationId, 80, ['payerOrganizationId']);
    const memberId = readText(input.memberId, 80, ['memberId']);
    if (periodEnd && periodEnd < periodStart) {
      throw new Refusal('INVALID_INPUT', 'periodEnd must not be before periodStart.', { path: ['periodEnd'] });
    }
    const account = await accountOfPatient(tx, patientId);
    if (!account || !(await accountAccess.may(askIn(tx, context), 'recordCoverage', account))) {
      throw new Refusal(
        'PATIENT_UNKNOWN',
        'Billing knows no patient with this id (yet). Check the id; right after a registration, retry in a second.',
        {
          path: ['patientId'],
        },
      );
    }
    const { id } = await insertCoverage(tx, { patientId, payerOrganizationId, memberId, periodStart, periodEnd, createdAt: context.now() });
    return { coverageId: id };
  });
  return answer(context, outcome, ['patientId']);
}

/** Ends a coverage. */
export async function cancelCoverage(context: BillingContext, input: CancelCoverageInput): Promise<CoverageAnswer> {
  const outcome = await change(context, 'cancelCoverage', input, async (tx) => {
    assertRole(context, coverageAccess, 'cancelCoverage');
    const coverage = await findCoverage(tx, input.coverageId);
    if (!coverage || !(await coverageAccess.may(askIn(tx, context), 'cancelCoverage', coverage)))
      throw notFound('coverage', ['coverageId']);
    coverageStates.assert(coverage.status, 'CANCELLED', ['coverageId']);
    if (!(await moveCoverage(tx, coverage, 'CANCELLED'))) {
      throw new Refusal('CONFLICT', 'The coverage was changed at the same time. Load it again.', { path: ['coverageId'] });
    }
    return { coverageId: coverage.id };
  });
  return answer(context, outcome, ['coverageId']);
}

async function answer(context: BillingContext, outcome: Outcome<{ coverageId: string }>, path: string[]): Promise<CoverageAnswer> {
  if (!outcome.ok) return { coverage: null, userErrors: outcome.userErrors };
  const coverage = await coverageAccess.visible(context, await context.loaders.coverage.load(outcome.result.coverageId));
  return { coverage, userErrors: coverage ? [] : notFound('coverage', path).userErrors };
}
