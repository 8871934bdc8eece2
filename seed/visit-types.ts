import type { HealthcareService } from '../subgraphs/appointment/generated/prisma/client.ts';
import type { Price } from '../subgraphs/billing/generated/prisma/client.ts';
import { demoIds } from '../router/personas.ts';
import { dateOf } from './calendar.ts';
import { random } from './random.ts';

export const currency = 'USD';

/** A bookable visit type with what it costs, in cents. */
interface VisitType {
  code: string;
  name: string;
  modality: HealthcareService['modality'];
  duration: number;
  bufferAfter: number;
  grid: number;
  minimumNotice: number;
  cancelNotice: number;
  lateCancelFee: number | null;
  noShowFee: number | null;
  requiresApproval?: boolean;
  sensitivities?: HealthcareService['sensitivities'];
  price: number;
}

const hours = 60;

const visitTypes: readonly VisitType[] = [
  {
    code: 'video-consult-20',
    name: 'Video consultation',
    modality: 'VIDEO',
    duration: 20,
    bufferAfter: 10,
    grid: 15,
    minimumNotice: 60,
    cancelNotice: 24 * hours,
    lateCancelFee: 2_500,
    noShowFee: 4_000,
    price: 8_500,
  },
  {
    code: 'video-follow-up-15',
    name: 'Video follow-up',
    modality: 'VIDEO',
    duration: 15,
    bufferAfter: 5,
    grid: 15,
    minimumNotice: 60,
    cancelNotice: 12 * hours,
    lateCancelFee: 1_500,
    noShowFee: 2_500,
    price: 5_500,
  },
  {
    code: 'video-urgent-15',
    name: 'Urgent video visit',
    modality: 'VIDEO',
    duration: 15,
    bufferAfter: 0,
    grid: 5,
    minimumNotice: 0,
    cancelNotice: 0,
    lateCancelFee: null,
    noShowFee: 2_500,
    price: 9_900,
  },
  {
    code: 'in-person-consult-30',
    name: 'Consultation at the practice',
    modality: 'IN_PERSON',
    duration: 30,
    bufferAfter: 0,
    grid: 30,
    minimumNotice: 12 * hours,
    cancelNotice: 24 * hours,
    lateCancelFee: 3_000,
    noShowFee: 5_000,
    price: 12_000,
  },
  {
    code: 'video-psychiatry-50',
    name: 'Psychiatry hour by video',
    modality: 'VIDEO',
    duration: 50,
    bufferAfter: 10,
    grid: 30,
    minimumNotice: 24 * hours,
    cancelNotice: 48 * hours,
    lateCancelFee: 6_000,
    noShowFee: 9_000,
    requiresApproval: true,
    sensitivities: ['PSYCHIATRIC'],
    price: 21_000,
  },
];

/** The visit types as they are booked. The video consultation has the id that the examples of the sandbox name. */
export function healthcareServices(since: Date): HealthcareService[] {
  const ids = random('visit types');
  return visitTypes.map((type) => ({
    id: type.code === 'video-consult-20' ? demoIds.healthcareService : ids.id('hcs', since),
    code: type.code,
    name: type.name,
    modality: type.modality,
    durationMinutes: type.duration,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: type.bufferAfter,
    gridMinutes: type.grid,
    minimumNoticeMinutes: type.minimumNotice,
    bookingHorizonDays: 90,
    cancelNoticeMinutes: type.cancelNotice,
    rescheduleNoticeMinutes: type.cancelNotice,
    lateCancelFeeMinor: type.lateCancelFee,
    lateCancelFeeCurrency: type.lateCancelFee === null ? null : currency,
    noShowFeeMinor: type.noShowFee,
    noShowFeeCurrency: type.noShowFee === null ? null : currency,
    requiresApproval: type.requiresApproval ?? false,
    sensitivities: type.sensitivities ?? [],
    createdAt: since,
  }));
}

/** What a service costs on a day: less before the current year. */
export function priceMinor(code: string, day: Date, today: Date): number {
  const type = visitTypes.find((known) => known.code === code);
  if (!type) throw new RangeError(`there is no visit type ${code}`);
  return day < yearOf(today) ? priceBefore(type) : type.price;
}

const yearOf = (today: Date): Date => dateOf(today.getUTCFullYear());
const priceBefore = ({ price }: VisitType): number => price - 500;

export function prices(since: Date, today: Date): Price[] {
  const ids = random('prices');
  const now = yearOf(today);
  return visitTypes.flatMap((type) => [
    {
      id: ids.id('pri', since),
      serviceCode: type.code,
      currency,
      amountMinor: priceBefore(type),
      effectiveFrom: dateOf(since.getUTCFullYear()),
      effectiveTo: now,
      createdAt: since,
    },
    {
      id: ids.id('pri', now),
      serviceCode: type.code,
      currency,
      amountMinor: type.price,
      effectiveFrom: now,
      effectiveTo: null,
      createdAt: now,
    },
  ]);
}
