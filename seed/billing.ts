import type { ChargeItem } from '../subgraphs/billing/generated/prisma/client.ts';
import { feeCodes, priceDay } from '../subgraphs/billing/charge-rules.ts';
import type { BillingPart } from '../subgraphs/billing/seed.ts';
import { demoIds } from '../router/personas.ts';
import type { Booking } from './appointments.ts';
import { dateOf, minutesAfter } from './calendar.ts';
import { claim, giveNumbers, groupedByInvoice, invoiceFor, issuer, type InvoiceNumbers } from './invoices.ts';
import { ledgerOf } from './ledger.ts';
import type { Person } from './patients.ts';
import { random, type Random } from './random.ts';
import type { Call } from './visits.ts';
import { currency, priceMinor } from './visit-types.ts';

const otherPayers = ['Orchard Mutual', 'Lantern Health'].map((name) => random('payer', name).id('org', dateOf(2020)));

type Rows = Omit<BillingPart, 'prices' | 'proxyRelations' | 'activeConsents'>;

/** The money of one site: what its visits and fees cost, who paid, what the books say. */
export function billingOf(
  site: number,
  people: readonly Person[],
  bookings: readonly Booking[],
  calls: readonly Call[],
  numbers: InvoiceNumbers,
  today: Date,
): Rows {
  const draw = random('billing', site);
  const rows: Rows = {
    accounts: people.map(({ row }) => ({ id: draw.id('acc', row.registeredAt), patientId: row.id, currency, openedAt: row.registeredAt })),
    coverages: people.flatMap(({ row }) => coverageOf(draw, row.id, row.registeredAt)),
    invoices: [],
    chargeItems: [...calls.flatMap((call) => visitCharge(draw, call, today)), ...bookings.flatMap((booking) => feeCharge(draw, booking))],
    invoiceLines: [],
    payments: [],
    refunds: [],
    claims: [],
    ledgerTransactions: [],
    ledgerEntries: [],
    providerCharges: [],
    invoiceCounters: [],
  };
  const coverages = new Map(rows.coverages.map((coverage) => [coverage.patientId, coverage]));
  for (const charges of groupedByInvoice(draw, rows.chargeItems, today)) {
    const invoice = invoiceFor(draw, rows, charges, today);
    const coverage = coverages.get(invoice.patientId);
    if (coverage && invoice.issuedAt && invoice.status !== 'CANCELLED') claim(draw, rows, invoice, coverage, today);
  }
  giveNumbers(rows.invoices, numbers);
  rows.invoiceCounters = [...numbers].map(([year, lastNumber]) => ({ issuer, year, lastNumber }));
  return { ...rows, ...ledgerOf(draw, rows) };
}

function coverageOf(draw: Random, patientId: string, registeredAt: Date): BillingPart['coverages'] {
  const demo = patientId === demoIds.patient;
  if (!demo && !draw.chance(0.6)) return [];
  return [
    {
      id: draw.id('cov', registeredAt),
      patientId,
      payerOrganizationId: demo || draw.chance(0.5) ? demoIds.payer : draw.pick(otherPayers),
      memberId: `M${draw.whole(10_000_000, 99_999_999)}`,
      status: demo ? 'ACTIVE' : draw.weighted({ ACTIVE: 95, CANCELLED: 5 }),
      periodStart: dateOf(registeredAt.getUTCFullYear()),
      periodEnd: null,
      createdAt: registeredAt,
    },
  ];
}

function charge(
  draw: Random,
  fields: Omit<ChargeItem, 'id' | 'currency' | 'invoiceId' | 'statusReason' | 'status'>,
  waived: boolean,
): ChargeItem {
  const id = draw.id('chg', fields.createdAt);
  return {
    id,
    status: waived ? 'NOT_BILLABLE' : 'BILLABLE',
    currency,
    invoiceId: null,
    statusReason: waived ? 'Goodwill' : null,
    ...fields,
  };
}

function visitCharge(draw: Random, { row, booking }: Call, today: Date): ChargeItem[] {
  const { id, appointmentId, patientId, serviceCode, startedAt, endedAt } = row;
  if (!startedAt || !endedAt) return [];
  const amountMinor = priceMinor(serviceCode, priceDay(startedAt), today);
  const fields = {
    patientId,
    sourceType: 'VISIT' as const,
    sourceId: id,
    code: serviceCode,
    sensitivities: row.sensitivities,
    appointmentId,
    visitId: id,
    occurredAt: startedAt,
    amountMinor,
    createdAt: endedAt,
  };
  return [charge(draw, fields, booking.script === null && draw.chance(0.03))];
}

function feeCharge(draw: Random, { row }: Booking): ChargeItem[] {
  if (row.feeMinor === null) return [];
  const { id, patientId, cancelledAt, startsAt, feeMinor } = row;
  const at = cancelledAt ?? minutesAfter(startsAt, 20);
  const code = cancelledAt ? feeCodes.lateCancellation : feeCodes.noShow;
  const fields = {
    patientId,
    sourceType: 'APPOINTMENT' as const,
    sourceId: id,
    code,
    sensitivities: [],
    appointmentId: id,
    visitId: null,
    occurredAt: at,
    amountMinor: feeMinor,
    createdAt: at,
  };
  return [charge(draw, fields, draw.chance(0.15))];
}
