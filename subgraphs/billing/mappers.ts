import type { Connection } from '#chassis/paging.ts';
import type * as prisma from './generated/prisma/client.ts';

// Which TypeScript type stands behind which GraphQL type: rows of the database; things of other subgraphs are their id.
export type AccountMapper = prisma.Account;
export type LedgerTransactionMapper = prisma.LedgerTransaction;
export type LedgerEntryMapper = prisma.LedgerEntry;
export type PriceMapper = prisma.Price;
export type ChargeItemMapper = prisma.ChargeItem;
export type InvoiceMapper = prisma.Invoice;
export type InvoiceLineMapper = prisma.InvoiceLine;
export type PaymentMapper = prisma.Payment;
export type RefundMapper = prisma.Refund;
export type CoverageMapper = prisma.Coverage;
export type ClaimMapper = prisma.Claim;

interface Reference {
  id: string;
}
export type PatientMapper = Reference;
export type AppointmentMapper = Reference;
export type VisitMapper = Reference;

type Edge<Node> = Connection<Node>['edges'][number];
export type InvoiceConnectionMapper = Connection<prisma.Invoice>;
export type InvoiceEdgeMapper = Edge<prisma.Invoice>;
export type ChargeItemConnectionMapper = Connection<prisma.ChargeItem>;
export type ChargeItemEdgeMapper = Edge<prisma.ChargeItem>;
export type ClaimConnectionMapper = Connection<prisma.Claim>;
export type ClaimEdgeMapper = Edge<prisma.Claim>;
export type PriceConnectionMapper = Connection<prisma.Price>;
export type PriceEdgeMapper = Edge<prisma.Price>;
export type LedgerTransactionConnectionMapper = Connection<prisma.LedgerTransaction>;
export type LedgerTransactionEdgeMapper = Edge<prisma.LedgerTransaction>;
