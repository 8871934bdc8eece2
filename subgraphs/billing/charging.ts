import { lock } from '#chassis/database.ts';
import type { Emit } from '#chassis/outbox.ts';
import type { SensitivityCategory } from '#schema/events.ts';
import { openAccount } from './account-store.ts';
import { hasServiceCharge, insertCharge, stopOvertakenFees } from './charge-item-store.ts';
import { priceDay, statusOfPriced } from './charge-rules.ts';
import type { Tx } from './context.ts';
import type { ChargeItem } from './generated/prisma/client.ts';
import type { Money } from './money.ts';
import { priceLock, priceOn } from './price-store.ts';

/** What makes charges for one appointment goes one after the other: it either took place or made a fee. */
const chargesLock = (appointmentId: string): string => `charges:${appointmentId}`;

/** A service that was given: in a video visit, or in person (`visitId` is null). */
interface GivenService {
  visitId: string | null;
  appointmentId: string;
  patientId: string;
  serviceCode: string;
  sensitivities: SensitivityCategory[];
  startedAt: Date;
  at: Date;
}

/**
 * A service that was given becomes a charge at the price of its day, once per appointment. Without a price it is PLANNED
 * and waits for setPrice. A fee that the appointment has made before is no longer asked for, unless it was billed.
 */
export async function chargeService(tx: Tx, emit: Emit, service: GivenService): Promise<void> {
  const { visitId, appointmentId, patientId, serviceCode, sensitivities, startedAt, at } = service;
  const { currency } = await openAccount(tx, patientId, at);
  await lock(tx, chargesLock(appointmentId), priceLock(serviceCode, currency));
  const price = await priceOn(tx, serviceCode, currency, priceDay(startedAt));
  const charge = await insertCharge(tx, {
    patientId,
    status: price ? statusOfPriced(price.amountMinor) : 'PLANNED',
    sourceType: visitId ? 'VISIT' : 'APPOINTMENT',
    sourceId: visitId ?? appointmentId,
    code: serviceCode,
    sensitivities,
    appointmentId,
    visitId,
    occurredAt: startedAt,
    amountMinor: price?.amountMinor ?? null,
    currency,
    createdAt: at,
  });
  await stopOvertakenFees(tx, [appointmentId]);
  if (charge?.status === 'BILLABLE') await tell(emit, charge);
}

/**
 * What the cancellation or no-show policy of the visit type asks for, once per appointment and kind of fee; nothing when
 * the appointment took place after all.
 */
export async function chargeFee(
  tx: Tx,
  emit: Emit,
  due: { appointmentId: string; patientId: string; code: string; fee: Money | null; at: Date },
): Promise<void> {
  const { appointmentId, patientId, code, fee, at } = due;
  if (!fee || fee.amountMinor <= 0) return;
  await openAccount(tx, patientId, at);
  await lock(tx, chargesLock(appointmentId));
  if (await hasServiceCharge(tx, appointmentId)) return;
  const charge = await insertCharge(tx, {
    patientId,
    status: 'BILLABLE',
    sourceType: 'APPOINTMENT',
    sourceId: appointmentId,
    code,
    sensitivities: [],
    appointmentId,
    visitId: null,
    occurredAt: at,
    amountMinor: fee.amountMinor,
    currency: fee.currency,
    createdAt: at,
  });
  if (charge) await tell(emit, charge);
}

async function tell(emit: Emit, { id, patientId, amountMinor, currency }: ChargeItem): Promise<void> {
  if (amountMinor === null) throw new Error(`charge ${id} is billable without an amount`);
  await emit('charge.created', id, { chargeItemId: id, patientId, amount: { amountMinor, currency } });
}
