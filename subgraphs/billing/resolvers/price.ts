import type { PriceResolvers } from '../generated/graphql.ts';
import { moneyOf } from './money.ts';

export const Price: PriceResolvers = { amount: moneyOf };
