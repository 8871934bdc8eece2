import { notFound, Refusal, type UserError } from '#chassis/errors.ts';
import type { Outcome } from '#chassis/mutation.ts';
import { askIn } from '#chassis/access/rules.ts';
import { assertRole, claimAccess, invoiceAccess, type ClaimAction } from './access.ts';
import { change } from './change.ts';
import { assertMayTellPayer } from './claim-consent.ts';
import { claimOutcomes, claimStates } from './claim-states.ts';
import { insertClaim, liveClaims, lockClaim, updateClaim } from './claim-store.ts';
import type { BillingContext, Tx } from './context.ts';
import { findCoverage } from './coverage-store.ts';
import type { AdjudicateClaimInput, CancelClaimInput, CreateClaimInput, SubmitClaimInput } from './generated/graphql.ts';
import type { Claim, Invoice } from './generated/prisma/client.ts';
import { lockInvoice } from './invoice-store.ts';
import { readText } from './text-input.ts';

interface ClaimAnswer {
  claim: Claim | null;
  userErrors: UserError[];
}

/** Drafts a claim for an invoice to the payer of a coverage. */
export async function createClaim(context: BillingContext, input: CreateClaimInput): Promise<ClaimAnswer> {
  const outcome = await change(context, 'createClaim', input, async (tx) => {
    assertRole(context, invoiceAccess, 'createClaim');
    const invoice = await lockInvoice(tx, input.invoiceId);
    if (!invoice || !(await invoiceAccess.may(askIn(tx, context), 'createClaim', invoice))) throw notFound('invoice', ['invoiceId']);
    const coverage = await findCoverage(tx, input.coverageId);
    if (!coverage || coverage.patientId !== invoice.patientId) throw notFound('coverage', ['coverageId']);
    assertClaimable(invoice);
    if (coverage.status !== 'ACTIVE') {
      throw new Refusal('ILLEGAL_STATE', `The coverage is ${coverage.status}; a claim needs an ACTIVE one.`, {
        path: ['coverageId'],
        currentState: coverage.status,
        allowedStates: ['ACTIVE'],
      });
    }
    if ((await liveClaims(tx, invoice.id)).some(({ coverageId }) => coverageId === coverage.id)) {
      throw new Refusal('CONFLICT', 'A claim for this invoice on this coverage is there already. Cancel it first.', {
        path: ['invoiceId'],
      });
    }
    return { claimId: (await insertClaim(tx, invoice, coverage, context.now())).id };
  });
  return answer(context, outcome, ['invoiceId']);
}

/** Sends a claim to its payer. */
export async function submitClaim(context: BillingContext, input: SubmitClaimInput): Promise<ClaimAnswer> {
  const outcome = await change(context, 'submitClaim', input, async (tx) => {
    const claim = await claimFor(context, tx, 'submitClaim', input);
    claimStates.assert(claim.status, 'ACTIVE', ['claimId']);
    await assertMayTellPayer(context, tx, claim);
    await updateClaim(tx, claim, { status: 'ACTIVE', outcome: 'QUEUED', submittedAt: context.now() });
    return { claimId: claim.id };
  });
  return answer(context, outcome);
}

/** Takes a claim back. */
export async function cancelClaim(context: BillingContext, input: CancelClaimInput): Promise<ClaimAnswer> {
  const outcome = await change(context, 'cancelClaim', input, async (tx) => {
    const claim = await claimFor(context, tx, 'cancelClaim', input);
    claimStates.assert(claim.status, 'CANCELLED', ['claimId']);
    await updateClaim(tx, claim, { status: 'CANCELLED' });
    return { claimId: claim.id };
  });
  return answer(context, outcome);
}

/** The payer decides. */
export async function adjudicateClaim(context: BillingContext, input: AdjudicateClaimInput): Promise<ClaimAnswer> {
  const outcome = await change(context, 'adjudicateClaim', input, async (tx) => {
    assertRole(context, claimAccess, 'adjudicateClaim');
    const disposition = input.disposition ? readText(input.disposition, 300, ['disposition']) : null;
    const claim = await claimFor(context, tx, 'adjudicateClaim', input);
    if (claim.status !== 'ACTIVE' || claim.outcome === null) {
      throw new Refusal('ILLEGAL_STATE', `The claim is ${claim.status}; only an ACTIVE one is decided.`, {
        path: ['claimId'],
        currentState: claim.status,
        allowedStates: claimStates.allowedFrom(claim.status),
      });
    }
    claimOutcomes.assert(claim.outcome, input.outcome, ['outcome']);
    await updateClaim(tx, claim, { outcome: input.outcome, disposition });
    return { claimId: claim.id };
  });
  return answer(context, outcome);
}

/** The claim, locked, for somebody who may do this with it. @throws Refusal NOT_ALLOWED, NOT_FOUND */
async function claimFor(context: BillingContext, tx: Tx, action: ClaimAction, { claimId }: { claimId: string }): Promise<Claim> {
  assertRole(context, claimAccess, action);
  const claim = await lockClaim(tx, claimId);
  if (claim && (await claimAccess.may(askIn(tx, context), action, claim))) return claim;
  if (claim) context.audit.denied('Claim', claim.id, claim.patientId);
  throw notFound('claim', ['claimId']);
}

function assertClaimable({ status }: Invoice): void {
  if (status === 'ISSUED' || status === 'BALANCED') return;
  throw new Refusal('ILLEGAL_STATE', `The invoice is ${status}; a claim needs one that is ISSUED or BALANCED.`, {
    path: ['invoiceId'],
    currentState: status,
    allowedStates: ['ISSUED', 'BALANCED'],
  });
}

async function answer(context: BillingContext, outcome: Outcome<{ claimId: string }>, path = ['claimId']): Promise<ClaimAnswer> {
  if (!outcome.ok) return { claim: null, userErrors: outcome.userErrors };
  const claim = await claimAccess.visible(context, await context.loaders.claim.load(outcome.result.claimId));
  return { claim, userErrors: claim ? [] : notFound('claim', path).userErrors };
}
