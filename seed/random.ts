import { createHash } from 'node:crypto';
import type { IdPrefix } from '#chassis/ids.ts';

/** Numbers that look random and are the same for the same labels. */
export interface Random {
  /** From 0 to 1, without 1. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T;
  /** One of the keys, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
  /** An instant between two others. */
  between(from: number, to: number): Date;
  /** A TypeID over a UUIDv7 of this instant. */
  id(prefix: IdPrefix, at: Date): string;
}

const base32 = '0123456789abcdefghjkmnpqrstvwxyz';
const digit = (value: number): string => base32.charAt(value);

/** The generator sfc32 of the PractRand test suite: 128 bits of state, here the start of the SHA-256 of the labels. */
export function random(...labels: readonly (string | number)[]): Random {
  const seed = createHash('sha256').update(JSON.stringify(labels)).digest();
  let [a, b, c, counter] = [seed.readInt32LE(0), seed.readInt32LE(4), seed.readInt32LE(8), 1];

  const bits = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) bits();

  const next = (): number => bits() / 0x1_0000_0000;
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));

  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
    weighted(weights) {
      const entries = Object.entries<number>(weights);
      let rest = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      const [key] = entries.find(([, weight]) => (rest -= weight) < 0) ?? entries[0] ?? [];
      if (key === undefined) throw new RangeError('nothing to choose from');
      return key as keyof typeof weights & string;
    },
    between: (from, to) => new Date(Math.floor(from + next() * (to - from))),
    id(prefix, at) {
      // 48 bits of time in 10 characters, then version 7, 12 random bits, variant 2, 62 random bits in 16 (RFC 9562, section 5.7).
      let time = '';
      for (let rest = at.getTime(), place = 0; place < 10; place++, rest = Math.floor(rest / 32)) time = digit(rest % 32) + time;
      const [x, y, z] = [bits(), bits(), bits()];
      let text = digit(14 | (x & 1)) + digit((x >>> 1) & 31) + digit((x >>> 6) & 31) + digit(((x >>> 7) & 16) | 8 | ((x >>> 12) & 3));
      for (let place = 0; place < 6; place++) text += digit((y >>> (place * 5)) & 31) + digit((z >>> (place * 5)) & 31);
      return `${prefix}_${time}${text}`;
    },
  };
}
