import { breakGlassHandlers } from '#chassis/access/known-break-glass.ts';
import { consentHandlers } from '#chassis/access/known-consents.ts';
import { proxyRelationHandlers } from '#chassis/care-relations.ts';
import type { EventHandlers } from '#chassis/events-in.ts';
import { openAccount } from './account-store.ts';
import { feeCodes } from './charge-rules.ts';
import { chargeFee, chargeService } from './charging.ts';
import type { Tx } from './context.ts';

/** What billing does when it hears of others: opens accounts, knows proxies, charges what is due. */
export const handlers: EventHandlers<Tx> = {
  ...proxyRelationHandlers,
  ...consentHandlers,
  ...breakGlassHandlers,

  'patient.registered': async (tx, { data, time }) => {
    await openAccount(tx, data.patientId, new Date(time));
  },

  'visit.finished': (tx, { data, time }, emit) =>
    chargeService(tx, emit, { ...data, startedAt: new Date(data.startedAt), at: new Date(time) }),

  // A video appointment is charged by its visit.
  'appointment.fulfilled': async (tx, { data, time }, emit) => {
    if (data.modality !== 'IN_PERSON') return;
    await chargeService(tx, emit, { ...data, visitId: null, startedAt: new Date(data.startsAt), at: new Date(time) });
  },

  'appointment.cancelled': (tx, { data, time }, emit) =>
    chargeFee(tx, emit, { ...data, code: feeCodes.lateCancellation, at: new Date(time) }),

  'appointment.noShow': (tx, { data, time }, emit) => chargeFee(tx, emit, { ...data, code: feeCodes.noShow, at: new Date(time) }),
};
