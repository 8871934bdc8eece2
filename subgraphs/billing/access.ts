import type { Caller, Role } from '#chassis/caller.ts';
import { all, always, column, isOwnOrganization, isProxy, isSelf, rowIs, type Condition } from '#chassis/access/conditions.ts';
import { accessRules, type AccessRule } from '#chassis/access/rules.ts';
import { Refusal } from '#chassis/errors.ts';
import {
  Prisma,
  type Account,
  type ChargeItem,
  type Claim,
  type Coverage,
  type Invoice,
  type Payment,
  type Refund,
} from './generated/prisma/client.ts';

// Who may see and do what with money. What no rule allows is denied: practitioners (treating, being in a care team or breaking the glass
// opens a chart, not a purse), pharmacies, the privacy officer and services have no rule. The price list is open to everyone.
//
// A charge tells of what was done by its code, and a biller sees it for what it is there for: payment. A sensitive service is charged and
// invoiced like any other; towards the payer a consent that forbids payment for its labels stops it (see claim-consent.ts).

interface OfPatient {
  readonly id: string;
  readonly patientId: string;
}

const keys = { id: ({ id }: OfPatient) => id, patientId: ({ patientId }: OfPatient) => patientId };
const patient = column('patient_id', ({ patientId }: OfPatient) => patientId);

interface MoneyRules<Row, Action extends string> {
  readonly noun: string;
  /** What the patient's side does besides reading. */
  readonly patientMay?: readonly Action[];
  readonly billerMay: readonly Action[];
  /** When the patient's side sees it. */
  readonly once?: Condition<Row>;
  readonly onceWords?: string;
}

/**
 * The rules that all that belongs to a patient's account has. Of the actions `readWorklist` is to see it in the list over all patients,
 * `readReason` what a biller wrote about it; the others are the mutations.
 */
function moneyRules<Row extends OfPatient, Action extends string>({
  noun,
  patientMay = [],
  billerMay,
  once,
  onceWords = '',
}: MoneyRules<Row, Action>): AccessRule<Row, Action | 'read'>[] {
  const when = (is: Condition<Row>): Condition<Row> => (once ? all(once, is) : is);
  return [
    {
      id: 'patient',
      who: ['PATIENT'],
      may: ['read', ...patientMay],
      when: when(isSelf(patient)),
      says: `A patient sees their own ${noun}${onceWords}.`,
      serves: 'DOMAIN 7: patient, own chart, pay',
    },
    {
      id: 'proxy',
      who: ['PATIENT'],
      may: ['read', ...patientMay],
      when: when(isProxy(patient)),
      says: `A proxy sees the ${noun} of those for whom they act${onceWords}.`,
      serves: 'DOMAIN 7: patient, proxy',
    },
    {
      id: 'biller',
      who: ['BILLER'],
      may: ['read', ...billerMay],
      when: always,
      says: `A biller sees and keeps the ${noun} of all.`,
      serves: 'DOMAIN 7: biller, coverage, charges, claims, invoice, refund',
    },
  ];
}

export const accountAccess = accessRules<Account, 'createInvoice' | 'recordCoverage'>('Account', keys, [
  ...moneyRules<Account, 'createInvoice' | 'recordCoverage'>({
    noun: 'account and its ledger',
    billerMay: ['createInvoice', 'recordCoverage'],
  }),
  {
    id: 'front-desk',
    who: ['FRONT_DESK'],
    may: 'recordCoverage',
    when: always,
    says: 'The front desk records who covers a patient; the account itself it does not see.',
    serves: 'DOMAIN 7: front desk, demographics',
  },
]);

export const chargeAccess = accessRules<ChargeItem, 'readWorklist' | 'readReason' | 'waiveCharge'>(
  'ChargeItem',
  keys,
  moneyRules({ noun: 'charges', billerMay: ['readWorklist', 'readReason', 'waiveCharge'] }),
);

export const paymentAccess = accessRules<Payment, 'refundPayment'>(
  'Payment',
  keys,
  moneyRules({ noun: 'payments', billerMay: ['refundPayment'] }),
);

export const refundAccess = accessRules<Refund, 'readReason'>('Refund', keys, moneyRules({ noun: 'refunds', billerMay: ['readReason'] }));

export type InvoiceAction = 'readWorklist' | 'readReason' | 'issueInvoice' | 'cancelInvoice' | 'createClaim' | 'payInvoice';

export const invoiceAccess = accessRules<Invoice, InvoiceAction>(
  'Invoice',
  keys,
  moneyRules<Invoice, InvoiceAction>({
    noun: 'invoices',
    patientMay: ['payInvoice'],
    billerMay: ['readWorklist', 'readReason', 'issueInvoice', 'cancelInvoice', 'createClaim', 'payInvoice'],
    once: rowIs<Invoice>(
      (t) => Prisma.sql`${t}.issued_at is not null`,
      ({ issuedAt }) => issuedAt !== null,
    ),
    onceWords: ' once they are issued, and pays them: a draft stays in the house',
  }),
);

export const coverageAccess = accessRules<Coverage, 'cancelCoverage'>('Coverage', keys, [
  ...moneyRules<Coverage, 'cancelCoverage'>({ noun: 'coverage', billerMay: ['cancelCoverage'] }),
  {
    id: 'front-desk',
    who: ['FRONT_DESK'],
    may: ['read', 'cancelCoverage'],
    when: always,
    says: 'The front desk sees and ends the coverage of all: it is asked for it at the desk.',
    serves: 'DOMAIN 7: front desk, demographics',
  },
  {
    id: 'payer',
    who: ['PAYER'],
    may: 'read',
    when: isOwnOrganization(column('payer_organization_id', ({ payerOrganizationId }: Coverage) => payerOrganizationId)),
    says: 'A payer sees the coverage that names it.',
    serves: 'DOMAIN 7: payer partner, coverage addressed to it',
  },
]);

export type ClaimAction = 'readWorklist' | 'submitClaim' | 'cancelClaim' | 'adjudicateClaim';

export const claimAccess = accessRules<Claim, ClaimAction>('Claim', keys, [
  ...moneyRules<Claim, ClaimAction>({ noun: 'claims', billerMay: ['readWorklist', 'submitClaim', 'cancelClaim'] }),
  {
    id: 'payer',
    who: ['PAYER'],
    may: ['read', 'readWorklist', 'adjudicateClaim'],
    when: all(
      isOwnOrganization(column('payer_organization_id', ({ payerOrganizationId }: Claim) => payerOrganizationId)),
      rowIs<Claim>(
        (t) => Prisma.sql`${t}.submitted_at is not null`,
        ({ submittedAt }) => submittedAt !== null,
      ),
    ),
    says: 'A payer sees and decides the claims that were submitted to it: what the patient forbids is not submitted.',
    serves: 'DOMAIN 7: payer partner, claims addressed to it, adjudicate',
  },
]);

export const priceAccess = accessRules<object, 'setPrice'>('Price', { id: () => '', patientId: () => null }, [
  {
    id: 'biller',
    who: ['BILLER'],
    may: 'setPrice',
    when: always,
    says: 'A biller sets prices.',
    serves: 'DOMAIN 4: price list',
  },
]);

export const accessTables = [
  accountAccess,
  chargeAccess,
  paymentAccess,
  refundAccess,
  invoiceAccess,
  coverageAccess,
  claimAccess,
  priceAccess,
] as const;

/**
 * Refuses who could not do this with any thing, before one is looked for.
 * @throws Refusal NOT_ALLOWED. Says nothing about whether the thing that was named is there.
 */
export function assertRole<Action extends string>(
  { caller }: { readonly caller: Caller },
  { rules }: { readonly rules: readonly { readonly who: readonly Role[]; readonly may: Action | readonly Action[] }[] },
  action: NoInfer<Action>,
): void {
  if (rules.some(({ who, may }) => who.includes(caller.role) && [may].flat().includes(action))) return;
  throw new Refusal('NOT_ALLOWED', 'Your role may not do this. Ask someone whose role may.');
}
