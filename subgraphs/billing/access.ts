import { Refusal } from '#chassis/errors.ts';
import type { Role } from '#chassis/caller.ts';
import { createChartAccess } from '#chassis/chart-access.ts';
import type { BillingContext, Tx } from './context.ts';
import type { Claim, Coverage, Invoice } from './generated/prisma/client.ts';

// Who may see and do what with money. What no rule here allows is refused; a thing that may not be seen is not there.
//
//   patient (own, and as proxy)   account, charges, coverage, claims; invoices once they are issued; pays
//   biller                        everything; prices, invoices, cancels, refunds, claims, records coverage
//   front desk                    coverage; records it
//   payer                         coverages that name it, claims from their submission on; adjudicates them
//   practitioner, pharmacy, privacy officer   nothing but the price list

const seesAllMoney: ReadonlySet<Role> = new Set(['BILLER', 'SYSTEM']);

type Who = Pick<BillingContext, 'caller' | 'charts'>;

export const isBiller = ({ caller }: Pick<BillingContext, 'caller'>): boolean => seesAllMoney.has(caller.role);

/** Account, charges, invoices, payments of a patient. */
export async function maySeeMoneyOf(context: Who, patientId: string): Promise<boolean> {
  if (isBiller(context)) return true;
  // A treating relation opens the chart, not the purse.
  return context.caller.role === 'PATIENT' && context.charts.mayOpen(patientId);
}

/** The same inside of a transaction, on its own connection. */
export async function maySeeMoneyOfIn(tx: Tx, context: Who, patientId: string): Promise<boolean> {
  if (isBiller(context)) return true;
  if (context.caller.role !== 'PATIENT') return false;
  return createChartAccess(context.caller, tx).mayOpen(patientId);
}

/** Drafts stay in the house. */
export const isVisibleInvoice = (context: Pick<BillingContext, 'caller'>, invoice: Invoice): boolean =>
  isBiller(context) || invoice.issuedAt !== null;

export const maySeeInvoice = async (context: Who, invoice: Invoice): Promise<boolean> =>
  isVisibleInvoice(context, invoice) && maySeeMoneyOf(context, invoice.patientId);

export async function maySeeCoverage(context: Who, coverage: Coverage): Promise<boolean> {
  if (context.caller.role === 'FRONT_DESK') return true;
  if (context.caller.role === 'PAYER') return context.caller.organizationId === coverage.payerOrganizationId;
  return maySeeMoneyOf(context, coverage.patientId);
}

/** From its submission on a claim is the payer's too. */
export const isAddressedTo = ({ caller }: Pick<BillingContext, 'caller'>, claim: Claim): boolean =>
  caller.role === 'PAYER' && caller.organizationId === claim.payerOrganizationId && claim.submittedAt !== null;

export const maySeeClaim = async (context: Who, claim: Claim): Promise<boolean> =>
  isAddressedTo(context, claim) || maySeeMoneyOf(context, claim.patientId);

/** @throws Refusal NOT_ALLOWED. Says nothing about whether the thing that was named is there. */
export function assertRole({ caller }: Pick<BillingContext, 'caller'>, ...roles: Role[]): void {
  if (caller.role === 'SYSTEM' || roles.includes(caller.role)) return;
  throw new Refusal('NOT_ALLOWED', 'Your role may not do this. Ask someone whose role may.');
}
