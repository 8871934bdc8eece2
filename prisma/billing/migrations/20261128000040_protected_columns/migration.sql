-- Reasons in words, the payer's remarks and the number of a member are encrypted. The number is compared by its blind index.
alter table coverage
  add column member_index text,
  drop constraint coverage_no_overlap,
  add constraint coverage_no_overlap exclude using gist (
    patient_id with =, payer_organization_id with =, member_index with =, daterange(period_start, period_end, '[]') with &&
  ) where (status = 'ACTIVE'),
  add constraint coverage_member_indexed check (coalesce(member_index ~ '^[A-Za-z0-9_-]{43}$', false)) not valid;
select refuse_plain_text('coverage', 'member_id');
select refuse_plain_text('charge_item', 'status_reason');
select refuse_plain_text('invoice', 'cancel_reason');
select refuse_plain_text('refund', 'reason');
select refuse_plain_text('claim', 'disposition');

do $$ begin
  if not exists (select from coverage) then
    alter table coverage validate constraint coverage_member_indexed;
  end if;
end $$;
