import { feeOf } from '../cancellation-policy.ts';
import type { HealthcareServiceResolvers } from '../generated/graphql.ts';

export const HealthcareService: HealthcareServiceResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.healthcareService.load(id),
  lateCancelFee: ({ lateCancelFeeMinor, lateCancelFeeCurrency }) => feeOf(lateCancelFeeMinor, lateCancelFeeCurrency),
  noShowFee: ({ noShowFeeMinor, noShowFeeCurrency }) => feeOf(noShowFeeMinor, noShowFeeCurrency),
};
