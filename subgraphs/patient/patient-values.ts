import { z } from 'zod';

// The value objects that are kept as JSON. What is read back is checked, so that a wrong row shows here and not in an answer.

const contactPoint = z.object({
  system: z.enum(['PHONE', 'EMAIL', 'SMS']),
  value: z.string(),
  use: z.enum(['HOME', 'WORK', 'MOBILE', 'TEMP', 'OLD']),
});
export type ContactPoint = z.infer<typeof contactPoint>;
export const contactPoints = z.array(contactPoint);

const address = z.object({
  use: z.enum(['HOME', 'WORK', 'TEMP', 'OLD', 'BILLING']),
  line: z.array(z.string()),
  city: z.string(),
  state: z.string().nullable(),
  postalCode: z.string().nullable(),
  country: z.string(),
});
export type Address = z.infer<typeof address>;
export const addresses = z.array(address);

const reaction = z.object({ manifestation: z.string(), severity: z.enum(['MILD', 'MODERATE', 'SEVERE']).nullable() });
export type Reaction = z.infer<typeof reaction>;
export const reactions = z.array(reaction);
