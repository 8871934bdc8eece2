import type { ChargeItem, Invoice } from '../subgraphs/billing/generated/prisma/client.ts';
import { sumMinor } from '../subgraphs/billing/money.ts';
import type { BillingPart } from '../subgraphs/billing/seed.ts';
import { demoIds } from '../router/personas.ts';
import { dayMs, daysAfter, hourMs, minutesAfter } from './calendar.ts';
import { pay } from './payments.ts';
import type { Random } from './random.ts';
import { currency } from './visit-types.ts';

export const issuer = 'main';

/** Numbers given so far, by year: gapless over all sites. */
export type InvoiceNumbers = Map<number, number>;

type Rows = Pick<BillingPart, 'invoices' | 'invoiceLines' | 'payments' | 'refunds' | 'providerCharges' | 'claims'>;

/** Charges that are old enough go on an invoice, one or two per patient. Ada Demo gets one for each visit. */
export function groupedByInvoice(draw: Random, charges: readonly ChargeItem[], today: Date): ChargeItem[][] {
  const byPatient = new Map<string, ChargeItem[]>();
  const due = charges.filter(({ status, occurredAt }) => status === 'BILLABLE' && occurredAt.getTime() < today.getTime() - 5 * dayMs);
  for (const item of due.toSorted((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime())) {
    byPatient.set(item.patientId, [...(byPatient.get(item.patientId) ?? []), item]);
  }
  return [...byPatient].flatMap(([patientId, items]) => {
    if (patientId === demoIds.patient) return items.map((item) => [item]);
    const cut = items.length > 2 && draw.chance(0.5) ? Math.ceil(items.length / 2) : items.length;
    return [items.slice(0, cut), items.slice(cut)].filter((group) => group.length > 0);
  });
}

type Fate = 'PAID' | 'PARTLY_PAID' | 'OPEN' | 'DRAFT' | 'CANCELLED';

/** An invoice over these charges, with what was paid. */
export function invoiceFor(draw: Random, rows: Rows, charges: ChargeItem[], today: Date): Invoice {
  const [first] = charges;
  const last = charges.at(-1);
  if (!first || !last) throw new RangeError('an invoice has a line');
  const { patientId } = first;
  const demo = patientId === demoIds.patient;
  // The first invoice of Ada Demo is paid, the next one open.
  const demoFate: Fate = rows.invoices.some((other) => other.patientId === patientId) ? 'OPEN' : 'PAID';
  const fate: Fate = demo ? demoFate : draw.weighted({ PAID: 58, PARTLY_PAID: 9, OPEN: 20, DRAFT: 9, CANCELLED: 4 });
  const createdAt = new Date(last.createdAt.getTime() + draw.whole(24, 60) * hourMs);
  const issuedAt = fate === 'DRAFT' ? null : new Date(createdAt.getTime() + draw.whole(1, 20) * hourMs);
  const invoice: Invoice = {
    id: draw.id('inv', createdAt),
    patientId,
    status: issuedAt ? 'ISSUED' : 'DRAFT',
    issuer,
    number: null,
    currency,
    totalMinor: sumMinor(charges.map(({ amountMinor }) => ({ amountMinor: amountMinor ?? 0 }))),
    cancelReason: null,
    createdAt,
    issuedAt,
    balancedAt: null,
    cancelledAt: null,
  };
  rows.invoices.push(invoice);
  rows.invoiceLines.push(
    ...charges.map(({ id, code, amountMinor }, index) => ({
      invoiceId: invoice.id,
      position: index + 1,
      chargeItemId: id,
      code,
      amountMinor: amountMinor ?? 0,
      currency,
    })),
  );
  const cancelledAt = issuedAt && daysAfter(issuedAt, 1);
  if (fate === 'CANCELLED' && cancelledAt && cancelledAt < today) {
    Object.assign(invoice, { status: 'CANCELLED', cancelledAt, cancelReason: 'Wrong address' });
    return invoice;
  }
  for (const item of charges) Object.assign(item, { invoiceId: invoice.id, status: issuedAt ? 'BILLED' : 'BILLABLE' });
  if (issuedAt && (fate === 'PAID' || fate === 'PARTLY_PAID')) pay(draw, rows, invoice, issuedAt, fate, today);
  return invoice;
}

/** What the payer is asked for, and says; most covered invoices have a claim. */
export function claim(draw: Random, rows: Rows, invoice: Invoice, coverage: BillingPart['coverages'][number], today: Date): void {
  const demo = invoice.patientId === demoIds.patient;
  if (coverage.status !== 'ACTIVE' || (!demo && !draw.chance(0.6))) return;
  const createdAt = minutesAfter(invoice.issuedAt ?? invoice.createdAt, 30);
  const submittedAt = minutesAfter(createdAt, 30);
  const submitted = (demo || draw.chance(0.92)) && submittedAt < today;
  const decided = demo
    ? invoice.status === 'BALANCED'
      ? 'COMPLETE'
      : 'QUEUED'
    : draw.weighted({ COMPLETE: 60, QUEUED: 25, PARTIAL: 10, ERROR: 5 });
  rows.claims.push({
    id: draw.id('clm', createdAt),
    patientId: invoice.patientId,
    invoiceId: invoice.id,
    coverageId: coverage.id,
    payerOrganizationId: coverage.payerOrganizationId,
    status: submitted ? 'ACTIVE' : 'DRAFT',
    outcome: submitted ? decided : null,
    disposition: submitted && decided !== 'QUEUED' ? dispositions[decided] : null,
    totalMinor: invoice.totalMinor,
    currency,
    createdAt,
    submittedAt: submitted ? submittedAt : null,
  });
}

const dispositions = {
  COMPLETE: 'Settled as claimed',
  PARTIAL: 'The deductible is not met',
  ERROR: 'Member not found on the day of service',
} as const;

/** In the order of issue, without a gap. */
export function giveNumbers(invoices: readonly Invoice[], numbers: InvoiceNumbers): void {
  const issued = invoices.flatMap((invoice) => (invoice.issuedAt ? [{ invoice, at: invoice.issuedAt }] : []));
  for (const { invoice, at } of issued.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
    const year = at.getUTCFullYear();
    const number = (numbers.get(year) ?? 0) + 1;
    numbers.set(year, number);
    invoice.number = `INV-${year}-${String(number).padStart(6, '0')}`;
  }
}
