-- CreateEnum
CREATE TYPE "charge_item_status" AS ENUM ('PLANNED', 'BILLABLE', 'NOT_BILLABLE', 'ABORTED', 'BILLED', 'ENTERED_IN_ERROR');

-- CreateEnum
CREATE TYPE "charge_source" AS ENUM ('VISIT', 'APPOINTMENT');

-- CreateEnum
CREATE TYPE "invoice_status" AS ENUM ('DRAFT', 'ISSUED', 'BALANCED', 'CANCELLED', 'ENTERED_IN_ERROR');

-- CreateEnum
CREATE TYPE "payment_status" AS ENUM ('CREATED', 'PENDING', 'SUCCEEDED', 'FAILED', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "refund_status" AS ENUM ('PENDING', 'SUCCEEDED', 'FAILED');

-- CreateEnum
CREATE TYPE "coverage_status" AS ENUM ('DRAFT', 'ACTIVE', 'CANCELLED', 'ENTERED_IN_ERROR');

-- CreateEnum
CREATE TYPE "claim_status" AS ENUM ('DRAFT', 'ACTIVE', 'CANCELLED');

-- CreateEnum
CREATE TYPE "claim_outcome" AS ENUM ('QUEUED', 'PARTIAL', 'COMPLETE', 'ERROR');

-- CreateEnum
CREATE TYPE "ledger_transaction_kind" AS ENUM ('INVOICE_ISSUED', 'INVOICE_CANCELLED', 'PAYMENT_RECEIVED', 'REFUND_PAID');

-- CreateEnum
CREATE TYPE "ledger_account" AS ENUM ('RECEIVABLE', 'REVENUE', 'CASH', 'REFUNDS');

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "price" (
    "id" TEXT NOT NULL,
    "service_code" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "amount_minor" INTEGER NOT NULL,
    "effective_from" DATE NOT NULL,
    "effective_to" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "price_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "price_backlog" (
    "price_id" TEXT NOT NULL,

    CONSTRAINT "price_backlog_pkey" PRIMARY KEY ("price_id")
);

-- CreateTable
CREATE TABLE "charge_item" (
    "id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "status" "charge_item_status" NOT NULL,
    "source_type" "charge_source" NOT NULL,
    "source_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "appointment_id" TEXT,
    "visit_id" TEXT,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "amount_minor" INTEGER,
    "currency" TEXT NOT NULL,
    "invoice_id" TEXT,
    "status_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "charge_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invoice" (
    "id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "status" "invoice_status" NOT NULL,
    "issuer" TEXT NOT NULL,
    "number" TEXT,
    "currency" TEXT NOT NULL,
    "total_minor" INTEGER NOT NULL,
    "cancel_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "issued_at" TIMESTAMPTZ(3),
    "balanced_at" TIMESTAMPTZ(3),
    "cancelled_at" TIMESTAMPTZ(3),

    CONSTRAINT "invoice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invoice_line" (
    "invoice_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "charge_item_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "amount_minor" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,

    CONSTRAINT "invoice_line_pkey" PRIMARY KEY ("invoice_id","position")
);

-- CreateTable
CREATE TABLE "invoice_counter" (
    "issuer" TEXT NOT NULL,
    "year" INTEGER NOT NULL,
    "last_number" INTEGER NOT NULL,

    CONSTRAINT "invoice_counter_pkey" PRIMARY KEY ("issuer","year")
);

-- CreateTable
CREATE TABLE "payment" (
    "id" TEXT NOT NULL,
    "invoice_id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "status" "payment_status" NOT NULL,
    "amount_minor" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "provider_key" TEXT NOT NULL,
    "provider_reference" TEXT,
    "failure_code" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "settled_at" TIMESTAMPTZ(3),
    "next_check_at" TIMESTAMPTZ(3),
    "checks" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refund" (
    "id" TEXT NOT NULL,
    "payment_id" TEXT NOT NULL,
    "invoice_id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "status" "refund_status" NOT NULL,
    "amount_minor" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "provider_key" TEXT NOT NULL,
    "provider_reference" TEXT,
    "failure_code" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "settled_at" TIMESTAMPTZ(3),
    "next_check_at" TIMESTAMPTZ(3),
    "checks" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "refund_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "coverage" (
    "id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "payer_organization_id" TEXT NOT NULL,
    "member_id" TEXT NOT NULL,
    "status" "coverage_status" NOT NULL,
    "period_start" DATE NOT NULL,
    "period_end" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "coverage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "claim" (
    "id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "invoice_id" TEXT NOT NULL,
    "coverage_id" TEXT NOT NULL,
    "payer_organization_id" TEXT NOT NULL,
    "status" "claim_status" NOT NULL,
    "outcome" "claim_outcome",
    "disposition" TEXT,
    "total_minor" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "submitted_at" TIMESTAMPTZ(3),

    CONSTRAINT "claim_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_transaction" (
    "id" TEXT NOT NULL,
    "kind" "ledger_transaction_kind" NOT NULL,
    "source_id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "invoice_id" TEXT NOT NULL,
    "posted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_transaction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger_entry" (
    "transaction_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "account" "ledger_account" NOT NULL,
    "patient_id" TEXT NOT NULL,
    "amount_minor" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,

    CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("transaction_id","position")
);

-- CreateTable
CREATE TABLE "test_provider_charge" (
    "key" TEXT NOT NULL,
    "refunds_key" TEXT,
    "amount_minor" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "reference" TEXT NOT NULL,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "test_provider_charge_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "account_patient_id_key" ON "account"("patient_id");

-- CreateIndex
CREATE INDEX "price_service_code_effective_from_id_idx" ON "price"("service_code", "effective_from", "id");

-- CreateIndex
CREATE INDEX "charge_item_patient_id_status_idx" ON "charge_item"("patient_id", "status");

-- CreateIndex
CREATE INDEX "charge_item_appointment_id_idx" ON "charge_item"("appointment_id");

-- CreateIndex
CREATE INDEX "charge_item_visit_id_idx" ON "charge_item"("visit_id");

-- CreateIndex
CREATE INDEX "charge_item_invoice_id_idx" ON "charge_item"("invoice_id");

-- CreateIndex
CREATE INDEX "charge_item_status_occurred_at_id_idx" ON "charge_item"("status", "occurred_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "charge_item_source_type_source_id_code_key" ON "charge_item"("source_type", "source_id", "code");

-- CreateIndex
CREATE INDEX "invoice_patient_id_created_at_id_idx" ON "invoice"("patient_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "invoice_status_created_at_id_idx" ON "invoice"("status", "created_at", "id");

-- CreateIndex
CREATE INDEX "invoice_created_at_id_idx" ON "invoice"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "invoice_issuer_number_key" ON "invoice"("issuer", "number");

-- CreateIndex
CREATE INDEX "invoice_line_charge_item_id_idx" ON "invoice_line"("charge_item_id");

-- CreateIndex
CREATE UNIQUE INDEX "payment_provider_key_key" ON "payment"("provider_key");

-- CreateIndex
CREATE INDEX "payment_invoice_id_idx" ON "payment"("invoice_id");

-- CreateIndex
CREATE INDEX "payment_next_check_at_idx" ON "payment"("next_check_at");

-- CreateIndex
CREATE UNIQUE INDEX "refund_provider_key_key" ON "refund"("provider_key");

-- CreateIndex
CREATE INDEX "refund_payment_id_idx" ON "refund"("payment_id");

-- CreateIndex
CREATE INDEX "refund_invoice_id_idx" ON "refund"("invoice_id");

-- CreateIndex
CREATE INDEX "refund_next_check_at_idx" ON "refund"("next_check_at");

-- CreateIndex
CREATE INDEX "coverage_patient_id_idx" ON "coverage"("patient_id");

-- CreateIndex
CREATE INDEX "coverage_payer_organization_id_idx" ON "coverage"("payer_organization_id");

-- CreateIndex
CREATE INDEX "claim_invoice_id_idx" ON "claim"("invoice_id");

-- CreateIndex
CREATE INDEX "claim_coverage_id_idx" ON "claim"("coverage_id");

-- CreateIndex
CREATE INDEX "claim_payer_organization_id_created_at_id_idx" ON "claim"("payer_organization_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "claim_created_at_id_idx" ON "claim"("created_at", "id");

-- CreateIndex
CREATE INDEX "ledger_transaction_patient_id_posted_at_id_idx" ON "ledger_transaction"("patient_id", "posted_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_transaction_kind_source_id_key" ON "ledger_transaction"("kind", "source_id");

-- CreateIndex
CREATE INDEX "ledger_entry_patient_id_account_currency_idx" ON "ledger_entry"("patient_id", "account", "currency");

-- CreateIndex
CREATE INDEX "test_provider_charge_refunds_key_idx" ON "test_provider_charge"("refunds_key");

-- AddForeignKey
ALTER TABLE "price_backlog" ADD CONSTRAINT "price_backlog_price_id_fkey" FOREIGN KEY ("price_id") REFERENCES "price"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "charge_item" ADD CONSTRAINT "charge_item_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_line" ADD CONSTRAINT "invoice_line_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invoice_line" ADD CONSTRAINT "invoice_line_charge_item_id_fkey" FOREIGN KEY ("charge_item_id") REFERENCES "charge_item"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment" ADD CONSTRAINT "payment_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refund" ADD CONSTRAINT "refund_payment_id_fkey" FOREIGN KEY ("payment_id") REFERENCES "payment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "claim" ADD CONSTRAINT "claim_invoice_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "invoice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "claim" ADD CONSTRAINT "claim_coverage_id_fkey" FOREIGN KEY ("coverage_id") REFERENCES "coverage"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ledger_entry" ADD CONSTRAINT "ledger_entry_transaction_id_fkey" FOREIGN KEY ("transaction_id") REFERENCES "ledger_transaction"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- Written by hand from here on: what must never happen is prevented by the database.

create extension if not exists btree_gist;

-- Money: whole minor units, ISO 4217.
alter table account add constraint account_currency check (currency ~ '^[A-Z]{3}$');
alter table price add constraint price_money check (amount_minor >= 0 and currency ~ '^[A-Z]{3}$');
alter table charge_item add constraint charge_item_money check (amount_minor >= 0 and currency ~ '^[A-Z]{3}$');
alter table invoice add constraint invoice_money check (total_minor > 0 and currency ~ '^[A-Z]{3}$');
alter table invoice_line add constraint invoice_line_money check (amount_minor > 0 and currency ~ '^[A-Z]{3}$');
alter table payment add constraint payment_money check (amount_minor > 0 and currency ~ '^[A-Z]{3}$');
alter table refund add constraint refund_money check (amount_minor > 0 and currency ~ '^[A-Z]{3}$');
alter table claim add constraint claim_money check (total_minor > 0 and currency ~ '^[A-Z]{3}$');
alter table ledger_entry add constraint ledger_entry_money check (amount_minor <> 0 and currency ~ '^[A-Z]{3}$');

-- One price per service, currency and day.
alter table price add constraint price_period check (effective_to is null or effective_to > effective_from);
alter table price add constraint price_no_overlap exclude using gist (
  service_code with =, currency with =, daterange(effective_from, effective_to, '[)') with &&
);

-- The same cover twice at the same time is a mistake of the desk.
alter table coverage add constraint coverage_period check (period_end is null or period_end >= period_start);
alter table coverage add constraint coverage_no_overlap exclude using gist (
  patient_id with =, payer_organization_id with =, member_id with =, daterange(period_start, period_end, '[]') with &&
) where (status = 'ACTIVE');

-- What a state promises.
alter table charge_item add constraint charge_item_priced check (status not in ('BILLABLE', 'BILLED') or amount_minor > 0);
alter table charge_item add constraint charge_item_billed_on_invoice check (status <> 'BILLED' or invoice_id is not null);
alter table invoice add constraint invoice_number_from_issue check (
  (number is null) = (issued_at is null)
  and (status <> 'DRAFT' or number is null)
  and (status not in ('ISSUED', 'BALANCED') or number is not null)
);
alter table payment add constraint payment_settled check ((status in ('SUCCEEDED', 'FAILED')) = (settled_at is not null));
alter table payment add constraint payment_open_is_checked check ((settled_at is null) = (next_check_at is not null));
alter table refund add constraint refund_settled check ((status in ('SUCCEEDED', 'FAILED')) = (settled_at is not null));
alter table refund add constraint refund_open_is_checked check ((settled_at is null) = (next_check_at is not null));
alter table claim add constraint claim_outcome_from_submission check ((outcome is null) = (submitted_at is null));
alter table claim add constraint claim_active_is_submitted check (status <> 'ACTIVE' or submitted_at is not null);

-- An appointment is charged once as a service, whether its visit or its fulfilment says so. Everything else it makes is a fee.
create unique index charge_item_service_once on charge_item (appointment_id) where code not in ('late-cancellation-fee', 'no-show-fee');

-- Charges that wait for their price, to be found by setPrice.
create index charge_item_waiting on charge_item (code, currency, occurred_at, id) where status = 'PLANNED' and amount_minor is null;

-- One live claim per invoice and coverage.
create unique index claim_live on claim (invoice_id, coverage_id) where status <> 'CANCELLED';

-- Never more is asked for than is owed, and never more given back than was paid. Both count what is under way.
create function refuse_overpayment() returns trigger language plpgsql as $$
declare
  owed integer;
  asked bigint;
begin
  select total_minor into owed from invoice where id = new.invoice_id and currency = new.currency for update;
  select coalesce(sum(amount_minor), 0) into asked from payment where invoice_id = new.invoice_id and status <> 'FAILED';
  if owed is null or asked + new.amount_minor > owed then
    raise exception 'payments of invoice % would exceed its total', new.invoice_id using errcode = 'check_violation', constraint = 'payment_within_invoice';
  end if;
  return new;
end $$;
create trigger payment_within_invoice before insert on payment for each row execute function refuse_overpayment();

create function refuse_excess_refund() returns trigger language plpgsql as $$
declare
  paid integer;
  returned bigint;
begin
  select amount_minor into paid from payment where id = new.payment_id and currency = new.currency and status = 'SUCCEEDED' for update;
  select coalesce(sum(amount_minor), 0) into returned from refund where payment_id = new.payment_id and status <> 'FAILED';
  if paid is null or returned + new.amount_minor > paid then
    raise exception 'refunds of payment % would exceed it', new.payment_id using errcode = 'check_violation', constraint = 'refund_within_payment';
  end if;
  return new;
end $$;
create trigger refund_within_payment before insert on refund for each row execute function refuse_excess_refund();

-- The amount of money movements is what was agreed with the provider; only their state goes on.
create function refuse_amount_change() returns trigger language plpgsql as $$
begin
  if (new.amount_minor, new.currency, new.provider_key) is distinct from (old.amount_minor, old.currency, old.provider_key) then
    raise exception 'amount and provider key of % % never change', tg_table_name, old.id using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger payment_amount_fixed before update on payment for each row execute function refuse_amount_change();
create trigger refund_amount_fixed before update on refund for each row execute function refuse_amount_change();

-- Append-only: the ledger and the lines of invoices.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % is refused', tg_table_name, lower(tg_op) using errcode = 'insufficient_privilege';
end $$;
create trigger ledger_transaction_append_only before update or delete on ledger_transaction for each row execute function refuse_change();
create trigger ledger_transaction_no_truncate before truncate on ledger_transaction execute function refuse_change();
create trigger ledger_entry_append_only before update or delete on ledger_entry for each row execute function refuse_change();
create trigger ledger_entry_no_truncate before truncate on ledger_entry execute function refuse_change();
create trigger invoice_line_append_only before update or delete on invoice_line for each row execute function refuse_change();
create trigger invoice_line_no_truncate before truncate on invoice_line execute function refuse_change();

-- Double entry: at commit every transaction has entries, and they sum to zero in each currency.
create function require_balanced_transaction() returns trigger language plpgsql as $$
declare
  checked text := case tg_table_name when 'ledger_entry' then to_jsonb(new) ->> 'transaction_id' else to_jsonb(new) ->> 'id' end;
  entries integer;
begin
  select count(*) into entries from ledger_entry where transaction_id = checked;
  if entries < 2 or exists (
    select from ledger_entry where transaction_id = checked group by currency having sum(amount_minor) <> 0
  ) then
    raise exception 'ledger transaction % does not sum to zero', checked using errcode = 'check_violation', constraint = 'ledger_sums_to_zero';
  end if;
  return null;
end $$;
create constraint trigger ledger_transaction_sums_to_zero after insert on ledger_transaction
  deferrable initially deferred for each row execute function require_balanced_transaction();
create constraint trigger ledger_entry_sums_to_zero after insert on ledger_entry
  deferrable initially deferred for each row execute function require_balanced_transaction();
