-- What a record tells of beyond itself: such a record is hidden without a consent.
create type "sensitivity_category" as enum ('SUBSTANCE_USE', 'PSYCHIATRIC', 'HIV');

alter table "medication" add column "sensitivities" "sensitivity_category"[] not null default '{}';
alter table "prescription" add column "sensitivities" "sensitivity_category"[] not null default '{}';
alter table "visit_window" add column "sensitivities" "sensitivity_category"[] not null default '{}';

-- What is there already is labelled by what it contains, as the catalogue does; the catalogue itself is brought up to date at the start.
with "label" ("category", "medication_id") as (
  select distinct
    case
      when i."slug" = 'buprenorphine' then 'SUBSTANCE_USE'
      else 'PSYCHIATRIC'
    end::"sensitivity_category",
    mi."medication_id"
  from "medication_ingredient" as mi join "ingredient" as i on i."slug" = mi."ingredient_slug"
  where i."slug" in ('buprenorphine', 'bupropion', 'mirtazapine', 'trazodone', 'buspirone', 'amitriptyline', 'phenelzine', 'lithium')
    or i."classes" && array['ssris', 'snris', 'antipsychotics']
)
update "medication" as m
set "sensitivities" = (select array_agg(l."category" order by l."category") from "label" as l where l."medication_id" = m."id")
where exists (select from "label" as l where l."medication_id" = m."id");

update "prescription" as p set "sensitivities" = m."sensitivities"
from "medication" as m where m."id" = p."medication_id" and m."sensitivities" <> '{}';

-- From here on a signed prescription keeps its labels too.
create function refuse_change_of_signed_labels() returns trigger language plpgsql as $$
begin
  raise exception 'prescription % is signed and cannot change', old."id" using errcode = 'restrict_violation';
end $$;
create trigger "prescription_signed_labels_are_immutable" before update of "sensitivities" on "prescription"
  for each row when (old."signed_at" is not null and old."sensitivities" is distinct from new."sensitivities")
  execute function refuse_change_of_signed_labels();
