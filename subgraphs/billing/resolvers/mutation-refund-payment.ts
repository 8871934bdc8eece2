import type { MutationResolvers } from '../generated/graphql.ts';
import { refundPayment as refund } from '../refund-service.ts';

export const refundPayment: NonNullable<MutationResolvers['refundPayment']> = async (_root, { input }, context) => {
  const answer = await refund(context, input);
  return { ...answer, payment: answer.refund && (await context.loaders.payment.load(answer.refund.paymentId)) };
};
